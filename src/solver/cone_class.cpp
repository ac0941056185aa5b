#include "solver/cone_class.h"

#include <algorithm>

#include "base/check.h"
#include "solver/brute_source.h"
#include "solver/diagram_source.h"
#include "solver/packing.h"
#include "solver/sat_source.h"

namespace cutset::solver {

namespace {

// Above, a diagram is not even tried, unless it is asked for.
constexpr uint32_t kMostDiagramFaults = 5000;
constexpr size_t kMostDiagramSupports = 8;
// Packing costs a pass over the graph for each support.
constexpr size_t kMostPackingWork = size_t{1} << 22;

/// At least one node in eight has several parents.
bool shares_much(const Dag& dag) {
  const size_t nodes = used_faults(dag) + size_t{dag.gate_count()};
  return (dag.edge_count() + 1 - std::min(nodes, dag.edge_count() + 1)) * 8 >= nodes;
}

}  // namespace

ConeClass::ConeClass(Dag dag, std::vector<uint8_t> kinds, const ClassOptions& options,
                     std::vector<PassStats>* passes)
    : options_(options), kinds_(std::move(kinds)), finished_(options.least) {
  if (options_.method == Method::kPlain || options_.method == Method::kBruteForce) {
    groups_ = each_by_itself(std::move(dag));
    return;
  }
  KnownTrue known;
  for (const auto& [kind, most] : options_.kinds) {
    if (most != 0) continue;
    known.faults.resize(dag.fault_count(), 0);
    for (FaultId fault = 0; fault < dag.fault_count(); ++fault) {
      if (kinds_[fault] == kind) known.faults[fault] = 1;
    }
  }
  groups_ = reduced(std::move(dag), std::move(known), options_.most, kinds_,
                    options_.ranks.empty() ? Grouping::kYes : Grouping::kNo, passes);
}

ConeClass::~ConeClass() = default;

std::vector<KindLimit> ConeClass::kind_limits() const {
  std::vector<KindLimit> limits;
  for (const auto& [kind, most] : options_.kinds) {
    KindLimit limit;
    limit.most = most;
    for (FaultId group = 0; group < groups_.members.size(); ++group) {
      if (kinds_[groups_.members[group].front()] == kind) limit.groups.push_back(group);
    }
    limits.push_back(std::move(limit));
  }
  return limits;
}

void ConeClass::make_source() {
  if (options_.method == Method::kBruteForce && !is_constant(groups_.dag.root())) {
    source_ = std::make_unique<BruteSource>(groups_.dag, kind_limits(), options_.stop);
    return;
  }
  if (options_.method == Method::kPlain) return make_sat_source();
  const Dag& dag = groups_.dag;
  const size_t edges = dag.edge_count() + 1;
  const size_t affordable = std::min<size_t>(options_.most, kMostPackingWork / edges);
  packing_ =
      disjoint_supports(dag, affordable == options_.most ? affordable + 1 : affordable);
  const bool can_be_diagram =
      !dag.has_conditions() && options_.ranks.empty() &&
      options_.method != Method::kSat &&
      (options_.method == Method::kDiagrams || (dag.fault_count() <= kMostDiagramFaults &&
                                                dag.fault_count() < *options_.too_large));
  if (!can_be_diagram) return make_sat_source();
  // Many disjoint supports make large sets, of which diagrams of graphs that share much
  // have too many nodes; SAT uses the packing.
  if (options_.method == Method::kAuto && packing_.size() > kMostDiagramSupports &&
      shares_much(dag)) {
    return make_sat_source();
  }
  auto diagram = std::make_unique<DiagramSource>(dag, options_.most, kind_limits(),
                                                 options_.diagram_nodes, options_.stop);
  diagram_ = diagram.get();
  source_ = std::move(diagram);
}

void ConeClass::make_sat_source() {
  SatSourceOptions options;
  options.backend = options_.backend;
  options.seed = options_.seed;
  options.most = options_.most;
  options.limits = kind_limits();
  options.minimise = options_.method == Method::kPlain;
  options.stop = options_.stop;
  options.lower_bound = std::max(static_cast<uint32_t>(packing_.size()), finished_);
  options.packing = packing_;
  if (!options_.ranks.empty()) {
    for (FaultId group = 0; group < groups_.members.size(); ++group)
      options.prefer.push_back(group);
    std::sort(options.prefer.begin(), options.prefer.end(), [this](FaultId a, FaultId b) {
      return options_.ranks[groups_.members[a].front()] <
             options_.ranks[groups_.members[b].front()];
    });
  }
  const Dag& dag = groups_.dag;
  std::vector<Child> roots{dag.root()};
  const bool is_shared = options_.method != Method::kPlain && dag.is_gate(dag.root()) &&
                         dag.is_and(dag.gate_of(dag.root()));
  if (is_shared) {
    const std::span<const Child> below = dag.children(dag.gate_of(dag.root()));
    roots.assign(below.begin(), below.end());
  }
  auto sat = std::make_unique<SatSource>(dag, std::move(roots), std::move(options));
  if (source_) {
    // It takes over in the middle: what was found stays found.
    for (uint32_t size = 0; size <= finished_; ++size) {
      for (const LocalSet& set : source_->sets(size)) sat->adopt(set);
    }
  }
  diagram_ = nullptr;
  sat_ = sat.get();
  source_ = std::move(sat);
}

uint32_t ConeClass::lower_bound() const {
  return source_ ? std::max(finished_, source_->lower_bound()) : finished_;
}

Progress ConeClass::advance(uint32_t size) {
  CHECK(size >= finished_);
  if (!source_) make_source();
  if (diagram_ != nullptr) {
    const double before = cpu_seconds();
    const bool ready = diagram_->prepare(size);
    diagram_seconds_ += cpu_seconds() - before;
    if (!ready) {
      if (options_.stop && options_.stop()) return Progress::kStopped;
      *options_.too_large = std::min(*options_.too_large, groups_.dag.fault_count());
      make_sat_source();
    }
  }
  if (exhausted_ || size < source_->lower_bound()) {
    finished_ = size + 1;
    return Progress::kNoneLeft;
  }
  const Progress progress = source_->advance(size);
  if (progress == Progress::kNoneLeft) {
    finished_ = size + 1;
    exhausted_ = source_->nothing_above(size);
  }
  return progress;
}

bool ConeClass::nothing_above(uint32_t size) const {
  CHECK(finished(size));
  return exhausted_;
}

bool ConeClass::count(SetCount& count) {
  if (!source_) make_source();
  if (diagram_ == nullptr) return false;
  // A set has at most one member of each group; kinds without budget are out of the
  // graph.
  for (const KindLimit& limit : kind_limits()) {
    if (limit.most != 0 && limit.groups.size() > limit.most) return false;
  }
  const double before = cpu_seconds();
  std::optional<SetCount> counted;
  if (diagram_->prepare(options_.most)) {
    std::vector<uint64_t> weights;
    for (const std::vector<FaultId>& members : groups_.members)
      weights.push_back(members.size());
    counted = diagram_->count(options_.most, weights);
  }
  diagram_seconds_ += cpu_seconds() - before;
  if (counted) count = std::move(*counted);
  return counted.has_value();
}

void ConeClass::add_to(SearchStats& stats) const {
  if (sat_ != nullptr) {
    ++stats.by_sat;
    sat_->add_to(stats);
  } else if (diagram_ != nullptr) {
    ++stats.by_diagram;
    stats.diagram_nodes += diagram_->nodes();
  }
  stats.diagram_seconds += diagram_seconds_;
}

}  // namespace cutset::solver
