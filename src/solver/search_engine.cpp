#include "solver/search_engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::solver {

using Clock = std::chrono::steady_clock;

CutSearch::Engine::Engine(const FaultGraph& graph, SearchOptions options)
    : graph_(graph),
      options_(std::move(options)),
      additions_(graph.dag),
      given_(graph.dag.fault_count()) {
  if (options_.time_limit.count() > 0) end_ = Clock::now() + options_.time_limit;
}

bool CutSearch::Engine::stopped() const {
  return (options_.stop && options_.stop()) || (end_ && Clock::now() >= *end_);
}

Status CutSearch::Engine::check() const {
  if (options_.method == Method::kBruteForce &&
      used_faults(graph_.dag) > kMostBruteForce) {
    return Error::usage(fmt::format("brute force: at most {} faults, the graph has {}",
                                    kMostBruteForce, used_faults(graph_.dag)));
  }
  for (const auto& [name, most] : options_.budget.kinds) {
    const std::vector<std::string>& kinds = graph_.faults.kinds();
    if (std::find(kinds.begin(), kinds.end(), name) != kinds.end()) continue;
    std::string known;
    for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
    return Error::usage(fmt::format(
        "budget for \"{}\": expected a kind of fault of the graph ({})", name, known));
  }
  return {};
}

void CutSearch::Engine::start() {
  if (started_) return;
  started_ = true;
  const Dag& dag = graph_.dag;
  stats_.passes.push_back(
      {"read", graph_.faults.size(), dag.gate_count(), dag.edge_count(), 0});
  if (dag.root() == kTrue) {
    ending_ = Ending::kComplete;
    size_open_ = true;
  } else if (options_.method == Method::kPlain ||
             options_.method == Method::kBruteForce || dag.root() == kFalse) {
    start_whole();
  } else {
    start_split();
  }
}

void CutSearch::Engine::start_whole() {
  const Child root = graph_.dag.root();
  Cone cone;
  Dag dag = graph_.dag;
  if (root != kFalse) {
    ConeWalk walk(additions_, nullptr);
    walk.walk(root, kMostNodes, cone);
    dag = dag_of(cone);
  }
  faults_ = cone.faults;
  if (root == kFalse) {
    for (FaultId fault = 0; fault < dag.fault_count(); ++fault) faults_.push_back(fault);
  }
  add_instance(add_class(std::move(dag), faults_), 0, {root});
}

void CutSearch::Engine::start_split() {
  const Dag& dag = graph_.dag;
  const double before = cpu_seconds();
  Conjuncts conjuncts =
      split(additions_, options_.budget.kinds.empty() ? nullptr : &graph_.faults,
            options_.order == Order::kWeight ? options_.conjuncts : ConjunctLimits{0});
  stats_.conjuncts = conjuncts.count;
  stats_.classes = conjuncts.classes.size();
  stats_.shared_conjuncts = conjuncts.shared.size();
  stats_.passes.push_back({"split the root", graph_.faults.size(), dag.gate_count(),
                           dag.edge_count(), cpu_seconds() - before});
  if (start_with_least(conjuncts)) return;
  for (Cone& cone : conjuncts.classes) {
    add_class(dag_of(cone), cone.faults);
    cone = Cone();
  }
  faults_ = std::move(conjuncts.faults);
  if (!conjuncts.shared.empty()) {
    ConeWalk walk(additions_, nullptr);
    Cone cone;
    walk.walk_all(conjuncts.shared, cone);
    const auto first = static_cast<uint32_t>(faults_.size());
    faults_.insert(faults_.end(), cone.faults.begin(), cone.faults.end());
    const uint32_t together = add_class(dag_of(cone), cone.faults);
    add_instance(together, first, std::move(conjuncts.shared));
  }
  for (const FaultId fault : faults_) given_.meet(fault);
  for (const Conjuncts::Instance& instance : conjuncts.instances) {
    add_instance(instance.cone_class, instance.first_fault, {instance.root});
  }
}

ClassOptions CutSearch::Engine::class_options() const {
  ClassOptions options;
  options.method = options_.method;
  options.backend = options_.backend;
  options.seed = options_.seed;
  options.most = options_.budget.total;
  options.least = least_;
  options.too_large = too_large_;
  for (const auto& [name, most] : options_.budget.kinds) {
    const std::vector<std::string>& kinds = graph_.faults.kinds();
    const auto kind = std::find(kinds.begin(), kinds.end(), name) - kinds.begin();
    options.kinds.emplace_back(static_cast<uint8_t>(kind), most);
  }
  if (options_.method == Method::kDiagrams) options.diagram_nodes = size_t{1} << 26;
  if (options_.stop || end_) {
    options.stop = [this] { return stopped(); };
  }
  return options;
}

/// Empty if no kind is limited.
std::vector<uint8_t> CutSearch::Engine::kinds_of(
    const std::vector<FaultId>& faults) const {
  std::vector<uint8_t> kinds;
  if (options_.budget.kinds.empty()) return kinds;
  for (const FaultId fault : faults) kinds.push_back(graph_.faults[fault].kind);
  return kinds;
}

/// By weight, then by number.
std::vector<uint32_t> CutSearch::Engine::ranks_of(
    const std::vector<FaultId>& faults) const {
  std::vector<uint32_t> order(faults.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    const int32_t weight_a = graph_.faults[faults[a]].weight;
    const int32_t weight_b = graph_.faults[faults[b]].weight;
    return weight_a != weight_b ? weight_a < weight_b : faults[a] < faults[b];
  });
  std::vector<uint32_t> ranks(faults.size());
  for (uint32_t rank = 0; rank < order.size(); ++rank) ranks[order[rank]] = rank;
  return ranks;
}

uint32_t CutSearch::Engine::add_class(Dag dag, const std::vector<FaultId>& faults) {
  ClassOptions options = class_options();
  if (options_.order == Order::kLikeliestFault) options.ranks = ranks_of(faults);
  classes_.push_back(
      std::make_unique<ConeClass>(std::move(dag), kinds_of(faults), options,
                                  classes_.empty() ? &stats_.passes : nullptr));
  users_.push_back(0);
  return static_cast<uint32_t>(classes_.size() - 1);
}

void CutSearch::Engine::add_instance(uint32_t cone_class, uint32_t first_fault,
                                     std::vector<Child> roots) {
  instances_.push_back({cone_class, first_fault, std::move(roots)});
  ++users_[cone_class];
}

/// Where conjuncts overlap too much to be taken apart, the smallest sets come from a
/// smaller graph, if there is one.
bool CutSearch::Engine::start_with_least(const Conjuncts& conjuncts) {
  if (conjuncts.shared.empty() || graph_.dag.has_conditions() || least_done_ ||
      options_.order != Order::kWeight ||
      options_.conjuncts.kernel_gain == ConjunctLimits::kNoKernel) {
    return false;
  }
  const double before = cpu_seconds();
  std::vector<uint8_t> kinds;
  if (!options_.budget.kinds.empty()) {
    for (FaultId fault = 0; fault < graph_.faults.size(); ++fault)
      kinds.push_back(graph_.faults[fault].kind);
  }
  SearchOptions options = options_;
  options.time_limit = std::chrono::milliseconds(0);
  options.stop = [this] { return stopped(); };
  auto least = std::make_unique<LeastSets>(graph_, options, kinds);
  const Dag& kernel = least->kernel();
  stats_.passes.push_back({"kernel", used_faults(kernel), kernel.gate_count(),
                           kernel.edge_count(), cpu_seconds() - before});
  if (kernel.edge_count() * options_.conjuncts.kernel_gain > graph_.dag.edge_count()) {
    return false;
  }
  least_sets_ = std::move(least);
  given_.share_all({});
  return true;
}

std::optional<FoundSet> CutSearch::Engine::next_of_least() {
  std::vector<FaultId> set;
  while (true) {
    switch (least_sets_->next(set)) {
      case LeastSets::Answer::kStopped:
        ending_ = Ending::kStopped;
        return std::nullopt;
      case LeastSets::Answer::kNoneLeft:
        if (least_sets_->no_set_at_all() || options_.least_only) {
          ending_ = Ending::kComplete;
          return std::nullopt;
        }
        size_ = least_ = least_sets_->size();
        least_sets_.reset();
        least_done_ = true;
        pause_if_due(size_ + 1);
        if (!paused_) start_split();
        return std::nullopt;
      case LeastSets::Answer::kFound:
        break;
    }
    Offer offer;
    offer.instance = kFromKernel;
    for (const FaultId fault : set) offer.set.weight += graph_.faults[fault].weight;
    offer.set.faults = set;
    if (std::optional<FoundSet> found = judged(std::move(offer))) return found;
  }
}

std::span<const FaultId> CutSearch::Engine::faults_of(const Instance& instance) const {
  return std::span<const FaultId>(faults_).subspan(instance.first_fault);
}

void CutSearch::Engine::pause_if_due(uint32_t next_size) {
  paused_ = pause_wanted_ && next_size == 2;
  if (paused_) pause_wanted_ = false;
}

void CutSearch::Engine::end_pause() {
  if (paused_ && instances_.empty()) start_split();  // the kernel had the single faults
  paused_ = false;
}

std::optional<FoundSet> CutSearch::Engine::next() {
  start();
  end_pause();
  while (ending_ != Ending::kComplete) {
    if (stopped()) {
      ending_ = Ending::kStopped;
      return std::nullopt;
    }
    ending_ = Ending::kNone;
    if (least_sets_) {
      std::optional<FoundSet> found = next_of_least();
      if (found || paused_ || ending_ == Ending::kStopped) return found;
      continue;
    }
    std::optional<FoundSet> found = next_to_catch_up();
    if (!found && ending_ == Ending::kNone) found = next_of_size();
    if (found || ending_ == Ending::kStopped) return found;
    next_size();
    if (paused_) return std::nullopt;
  }
  return std::nullopt;
}

void CutSearch::Engine::open_size() {
  size_open_ = true;
  for (size_t i = 0; i < classes_.size(); ++i) {
    // Where many instances wait for one class, it is looked into once.
    if (users_[i] > 1 && !classes_[i]->finished(size_) &&
        classes_[i]->sets(size_).empty()) {
      classes_[i]->advance(size_);
    }
  }
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    const Instance& instance = instances_[i];
    ConeClass& cone_class = *classes_[instance.cone_class];
    if (cone_class.finished(size_) && cone_class.sets(size_).empty()) continue;
    Waiting waiting;
    waiting.instance = i;
    waiting.cone_class = instance.cone_class;
    // What is solved together is large: it comes last.
    waiting.weight = instance.is_shared()
                         ? INT64_MAX
                         : InstanceStream::least_weight(cone_class, faults_of(instance),
                                                        graph_.faults, size_);
    waiting_.push(std::move(waiting));
  }
}

void CutSearch::Engine::next_size() {
  bool more = false;
  for (const std::unique_ptr<ConeClass>& each : classes_) {
    if (each) more = more || !each->finished(size_) || !each->nothing_above(size_);
  }
  const bool enough = options_.least_only && !given_list_.empty();
  if (!more || enough || size_ >= options_.budget.total) {
    ending_ = Ending::kComplete;  // size_open_ stays: the size is done
  } else {
    ++size_;
    size_open_ = false;
    pause_if_due(size_);
  }
}

std::shared_ptr<InstanceStream> CutSearch::Engine::stream_of(uint32_t instance,
                                                             uint32_t size) {
  constexpr uint64_t kAhead = 1000;
  const uint64_t ahead = options_.order == Order::kLikeliestFault ? 1
                         : options_.wanted == 0                   ? kAhead
                                                : std::min(kAhead, options_.wanted);
  const Instance& from = instances_[instance];
  return std::make_shared<InstanceStream>(*classes_[from.cone_class], faults_of(from),
                                          graph_.faults, size, ahead);
}

std::optional<FoundSet> CutSearch::Engine::next_of_size() {
  if (!size_open_) open_size();
  while (!waiting_.empty()) {
    Waiting top = waiting_.top();
    const Instance& instance = instances_[top.instance];
    if (top.cone_class != instance.cone_class) {  // it catches up with another class
      waiting_.pop();
      continue;
    }
    if (!top.stream) top.stream = stream_of(top.instance, size_);
    const Progress progress = top.stream->fill();
    if (progress == Progress::kStopped) {
      ending_ = Ending::kStopped;
      return std::nullopt;
    }
    waiting_.pop();
    if (progress == Progress::kNoneLeft) continue;
    if (!instance.is_shared() && top.stream->weight() > top.weight) {
      top.weight = top.stream->weight();
      waiting_.push(std::move(top));
      continue;
    }
    Offer offer{top.stream->take(), top.instance};
    waiting_.push(std::move(top));
    if (std::optional<FoundSet> found = judged(std::move(offer))) return found;
  }
  return std::nullopt;
}

std::optional<FoundSet> CutSearch::Engine::judged(Offer offer) {
  switch (given_.judge(offer.set.faults)) {
    case GivenSets::Verdict::kGive:
      given_.give(offer.set.faults);
      given_list_.push_back(offer);
      return std::move(offer.set);
    case GivenSets::Verdict::kGivenAgain:
      given_list_.push_back(offer);
      [[fallthrough]];
    case GivenSets::Verdict::kGivenBefore:
    case GivenSets::Verdict::kNotMinimal:
      dropped_.push_back(std::move(offer));
      return std::nullopt;
    case GivenSets::Verdict::kBlocked:
      return std::nullopt;
  }
  return std::nullopt;
}

const SearchStats& CutSearch::Engine::stats() {
  stats_.by_diagram = stats_.by_sat = stats_.diagram_nodes = 0;
  stats_.variables = stats_.clauses = stats_.sat_calls = stats_.conflicts = 0;
  stats_.diagram_seconds = stats_.sat_seconds = 0;
  std::optional<uint64_t> packing;  // the least of the classes that have sets
  for (const std::unique_ptr<ConeClass>& each : classes_) {
    if (!each) continue;
    each->add_to(stats_);
    if (each->dag().root() == kTrue) continue;
    packing = std::min(packing.value_or(UINT64_MAX), each->packing_bound());
  }
  stats_.packing_bound = packing.value_or(0);
  return stats_;
}

}  // namespace cutset::solver
