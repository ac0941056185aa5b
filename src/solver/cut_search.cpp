#include "solver/cut_search.h"

#include <algorithm>
#include <queue>

#include <fmt/format.h>

#include "base/check.h"
#include "solver/conjuncts.h"
#include "solver/given_sets.h"
#include "solver/instance_stream.h"

namespace cutset::solver {

namespace {
using Clock = std::chrono::steady_clock;
}

class CutSearch::Engine {
 public:
  Engine(const FaultGraph& graph, SearchOptions options)
      : graph_(graph), options_(std::move(options)), given_({}) {
    if (options_.time_limit.count() > 0) end_ = Clock::now() + options_.time_limit;
  }

  Status check() {
    if (options_.method == Method::kBruteForce &&
        used_faults(graph_.dag) > kMostBruteForce) {
      return Error::usage(fmt::format("brute force: at most {} faults, the graph has {}",
                                      kMostBruteForce, used_faults(graph_.dag)));
    }
    for (const auto& [name, most] : options_.budget.kinds) {
      const std::vector<std::string>& kinds = graph_.faults.kinds();
      if (std::find(kinds.begin(), kinds.end(), name) == kinds.end()) {
        std::string known;
        for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
        return Error::usage(
            fmt::format("budget for \"{}\": expected a kind of fault of the graph ({})",
                        name, known));
      }
    }
    return {};
  }

  std::optional<FoundSet> next() {
    start();
    while (ending_ != Ending::kComplete) {
      if (stopped()) {
        ending_ = Ending::kStopped;
        return std::nullopt;
      }
      if (std::optional<FoundSet> found = next_of_size()) {
        ending_ = Ending::kNone;
        return found;
      }
      if (ending_ == Ending::kStopped) return std::nullopt;
      next_size();
    }
    return std::nullopt;
  }

  Ending ending() const { return ending_; }

  SetCount count();

  const SearchStats& stats() {
    stats_.by_diagram = stats_.by_sat = stats_.diagram_nodes = 0;
    stats_.variables = stats_.clauses = stats_.sat_calls = stats_.conflicts = 0;
    stats_.diagram_seconds = stats_.sat_seconds = 0;
    for (const std::unique_ptr<ConeClass>& each : classes_) each->add_to(stats_);
    return stats_;
  }

 private:
  /// A conjunct, or those that are solved together (its root is kTrue then).
  struct Instance {
    uint32_t cone_class = 0;
    uint32_t first_fault = 0;  // into faults_, or kIdentity
  };
  static constexpr uint32_t kIdentity = 0xffff'ffff;

  /// Waiting to give a set: not looked into yet, or with a stream.
  struct Waiting {
    int64_t weight = 0;  // of the next set, or less
    uint32_t instance = 0;
    std::shared_ptr<InstanceStream> stream;
    bool operator<(const Waiting& other) const {  // the heap gives the largest first
      if (weight != other.weight) return weight > other.weight;
      return instance > other.instance;
    }
  };

  bool stopped() {
    return (options_.stop && options_.stop()) || (end_ && Clock::now() >= *end_);
  }

  void start();
  ClassOptions class_options() const;
  std::vector<uint8_t> kinds_of(const std::vector<FaultId>* faults) const;
  void add_class(Dag dag, const std::vector<FaultId>* faults);
  void split_up();
  std::span<const FaultId> faults_of(const Instance& instance) const;
  void open_size();
  void next_size();
  std::optional<FoundSet> next_of_size();

  const FaultGraph& graph_;
  SearchOptions options_;
  std::optional<Clock::time_point> end_;
  bool started_ = false;
  Ending ending_ = Ending::kNone;
  SearchStats stats_;
  std::vector<std::unique_ptr<ConeClass>> classes_;
  std::vector<Instance> instances_;
  std::vector<FaultId> faults_;
  std::vector<FaultId> identity_;
  GivenSets given_;
  uint32_t size_ = 0;
  bool size_open_ = false;
  std::priority_queue<Waiting> waiting_;
};

ClassOptions CutSearch::Engine::class_options() const {
  ClassOptions options;
  options.method = options_.method;
  options.backend = options_.backend;
  options.seed = options_.seed;
  options.most = options_.budget.total;
  for (const auto& [name, most] : options_.budget.kinds) {
    const std::vector<std::string>& kinds = graph_.faults.kinds();
    const auto kind = std::find(kinds.begin(), kinds.end(), name) - kinds.begin();
    options.kinds.emplace_back(static_cast<uint8_t>(kind), most);
  }
  if (options_.method == Method::kDiagrams) options.diagram_nodes = size_t{1} << 26;
  if (options_.stop || end_) {
    options.stop = [this] { return const_cast<Engine*>(this)->stopped(); };
  }
  return options;
}

/// Empty if no kind is limited.
std::vector<uint8_t> CutSearch::Engine::kinds_of(
    const std::vector<FaultId>* faults) const {
  std::vector<uint8_t> kinds;
  if (options_.budget.kinds.empty()) return kinds;
  const uint32_t count =
      faults != nullptr ? static_cast<uint32_t>(faults->size()) : graph_.faults.size();
  for (uint32_t i = 0; i < count; ++i)
    kinds.push_back(graph_.faults[faults != nullptr ? (*faults)[i] : i].kind);
  return kinds;
}

void CutSearch::Engine::add_class(Dag dag, const std::vector<FaultId>* faults) {
  const bool first = classes_.empty() || faults == nullptr;
  classes_.push_back(std::make_unique<ConeClass>(std::move(dag), kinds_of(faults),
                                                 class_options(),
                                                 first ? &stats_.passes : nullptr));
}

void CutSearch::Engine::start() {
  if (started_) return;
  started_ = true;
  const Dag& dag = graph_.dag;
  given_ = GivenSets(std::vector<uint8_t>(dag.fault_count(), 0));
  stats_.passes.push_back(
      {"read", graph_.faults.size(), dag.gate_count(), dag.edge_count(), 0});
  if (dag.root() == kTrue) {
    ending_ = Ending::kComplete;
    return;
  }
  if (options_.method == Method::kBruteForce && dag.root() != kFalse) {
    // Over the faults below the root only: the others would only cost time.
    ConeWalk walk(dag, nullptr);
    Cone cone;
    walk.walk(dag.root(), kMostNodes, cone);
    add_class(dag_of(cone), &cone.faults);
    instances_.push_back({0, 0});
    faults_ = std::move(cone.faults);
  } else if (options_.method == Method::kPlain || dag.root() == kFalse) {
    add_class(dag, nullptr);
    instances_.push_back({0, kIdentity});
  } else {
    split_up();
  }
}

void CutSearch::Engine::split_up() {
  const double before = cpu_seconds();
  Conjuncts conjuncts =
      split(graph_.dag, options_.budget.kinds.empty() ? nullptr : &graph_.faults, {});
  stats_.conjuncts = conjuncts.count;
  stats_.classes = conjuncts.classes.size();
  stats_.shared_conjuncts = conjuncts.shared.size();
  stats_.passes.push_back({"split the root", graph_.faults.size(),
                           graph_.dag.gate_count(), graph_.dag.edge_count(),
                           cpu_seconds() - before});
  for (Cone& cone : conjuncts.classes) {
    add_class(dag_of(cone), &cone.faults);
    cone = Cone();
  }
  faults_ = std::move(conjuncts.faults);
  std::vector<uint8_t> met(graph_.dag.fault_count(), 0);
  const auto meet = [&](FaultId fault) {
    if (met[fault] != 0) given_.share(fault);
    met[fault] = 1;
  };
  for (const FaultId fault : faults_) meet(fault);
  for (const Conjuncts::Instance& instance : conjuncts.instances) {
    instances_.push_back({instance.cone_class, instance.first_fault});
  }
  if (conjuncts.shared.empty()) return;
  Dag together = conjunction(graph_.dag, conjuncts.shared);
  if (!conjuncts.instances.empty()) {
    std::vector<uint8_t> below(graph_.dag.fault_count(), 0);
    for (GateId gate = 0; gate < together.gate_count(); ++gate) {
      for (const Child child : together.children(gate)) {
        if (is_enabled(child) || together.is_lost(child)) below[child & ~kEnabledBit] = 1;
      }
    }
    for (FaultId fault = 0; fault < below.size(); ++fault) {
      if (below[fault] != 0) meet(fault);
    }
  }
  add_class(std::move(together), nullptr);
  instances_.push_back({static_cast<uint32_t>(classes_.size() - 1), kIdentity});
}

std::span<const FaultId> CutSearch::Engine::faults_of(const Instance& instance) const {
  if (instance.first_fault != kIdentity) {
    return std::span<const FaultId>(faults_).subspan(instance.first_fault);
  }
  return identity_;
}

void CutSearch::Engine::open_size() {
  size_open_ = true;
  if (identity_.empty() && !instances_.empty() &&
      instances_.back().first_fault == kIdentity) {
    identity_.resize(graph_.dag.fault_count());
    for (FaultId fault = 0; fault < identity_.size(); ++fault) identity_[fault] = fault;
  }
  std::vector<uint32_t> used_by(classes_.size(), 0);
  for (const Instance& instance : instances_) ++used_by[instance.cone_class];
  for (size_t i = 0; i < classes_.size(); ++i) {
    // Where many instances wait for one class, it is looked into once.
    if (used_by[i] > 1 && !classes_[i]->finished(size_) &&
        classes_[i]->sets(size_).empty()) {
      classes_[i]->advance(size_);
    }
  }
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    const Instance& instance = instances_[i];
    ConeClass& cone_class = *classes_[instance.cone_class];
    if (cone_class.finished(size_) && cone_class.sets(size_).empty()) continue;
    if (cone_class.lower_bound() > size_) {
      cone_class.advance(size_);
      continue;
    }
    Waiting waiting;
    waiting.instance = i;
    // What is solved together is large: it comes last.
    waiting.weight = instance.first_fault == kIdentity
                         ? INT64_MAX
                         : InstanceStream::least_weight(cone_class, faults_of(instance),
                                                        graph_.faults, size_);
    waiting_.push(std::move(waiting));
  }
}

std::optional<FoundSet> CutSearch::Engine::next_of_size() {
  if (!size_open_) open_size();
  constexpr uint64_t kAhead = 1000;
  const uint64_t ahead =
      options_.wanted == 0 ? kAhead : std::min(kAhead, options_.wanted);
  while (!waiting_.empty()) {
    Waiting top = waiting_.top();
    const Instance& instance = instances_[top.instance];
    if (!top.stream) {
      top.stream = std::make_shared<InstanceStream>(*classes_[instance.cone_class],
                                                    faults_of(instance), graph_.faults,
                                                    size_, ahead);
    }
    const Progress progress = top.stream->fill();
    if (progress == Progress::kStopped) {
      ending_ = Ending::kStopped;
      return std::nullopt;
    }
    waiting_.pop();
    if (progress == Progress::kNoneLeft) continue;
    const bool last = instance.first_fault == kIdentity;
    if (!last && top.stream->weight() > top.weight) {
      top.weight = top.stream->weight();
      waiting_.push(std::move(top));
      continue;
    }
    FoundSet found = top.stream->take();
    waiting_.push(std::move(top));
    if (given_.judge(found.faults) != GivenSets::Verdict::kGive) continue;
    given_.give(found.faults);
    return found;
  }
  return std::nullopt;
}

void CutSearch::Engine::next_size() {
  size_open_ = false;
  bool more = false;
  for (const std::unique_ptr<ConeClass>& each : classes_)
    more = more || !each->finished(size_) || !each->nothing_above(size_);
  if (!more || size_ >= options_.budget.total) {
    ending_ = Ending::kComplete;
  } else {
    ++size_;
  }
}

SetCount CutSearch::Engine::count() {
  SetCount total;
  Engine other(graph_, options_);
  while (const std::optional<FoundSet> found = other.next()) {
    ++total.sets;
    const size_t size = found->faults.size();
    if (total.by_size.size() <= size) total.by_size.resize(size + 1, 0);
    ++total.by_size[size];
  }
  total.at_least = other.ending() != Ending::kComplete;
  return total;
}

CutSearch::CutSearch(const FaultGraph& graph, SearchOptions options)
    : engine_(std::make_unique<Engine>(graph, std::move(options))) {}
CutSearch::~CutSearch() = default;

Status CutSearch::check() const {
  return engine_->check();
}
std::optional<FoundSet> CutSearch::next() {
  return engine_->next();
}
Ending CutSearch::ending() const {
  return engine_->ending();
}
SetCount CutSearch::count() {
  return engine_->count();
}
const SearchStats& CutSearch::stats() const {
  return engine_->stats();
}

}  // namespace cutset::solver
