#include "solver/passes.h"

#include <algorithm>
#include <ctime>

#include "base/check.h"
#include "solver/dag_builder.h"
#include "solver/duals.h"

namespace cutset::solver {

namespace {

constexpr uint32_t kMany = 0x3fff'ffff;

std::vector<uint32_t> parent_counts(const Dag& dag) {
  std::vector<uint32_t> count(size_t{dag.fault_count()} + dag.gate_count(), 0);
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    for (const Child child : dag.children(gate)) {
      if (!is_enabled(child)) ++count[child];
    }
  }
  return count;
}

/// By gate: does the root depend on it?
std::vector<uint8_t> needed_gates(const Dag& dag, const KnownTrue& known) {
  std::vector<uint8_t> needed(dag.gate_count(), 0);
  if (dag.is_gate(dag.root())) needed[dag.gate_of(dag.root())] = 1;
  for (GateId gate = dag.gate_count(); gate-- > 0;) {
    if (needed[gate] == 0 || (!known.gates.empty() && known.gates[gate] != 0)) continue;
    for (const Child child : dag.children(gate)) {
      if (dag.is_gate(child)) needed[dag.gate_of(child)] = 1;
    }
  }
  return needed;
}

class Folding {
 public:
  Folding(const Dag& dag, const KnownTrue& known)
      : dag_(dag),
        known_(known),
        needed_(needed_gates(dag, known)),
        parents_(dag.gate_count(), 0),
        parent_(dag.gate_count(), 0),
        dual_(duals(dag)),
        result_(dag.gate_count(), kTrue),
        builder_(dag.fault_count()) {}

  Dag run() {
    find_parents();
    builder_.reserve(dag_.gate_count(), dag_.edge_count());
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
      if (needed_[gate] == 0 || is_known(gate) || is_merged(gate)) continue;
      children_.clear();
      collect(gate);
      result_[gate] = builder_.gate(dag_.is_and(gate), children_, dag_.may_learn(gate),
                                    dag_.origin(gate));
    }
    return builder_.finish(mapped(dag_.root()));
  }

 private:
  bool is_known(GateId gate) const {
    return !known_.gates.empty() && known_.gates[gate] != 0;
  }

  void find_parents() {
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
      if (needed_[gate] == 0 || is_known(gate)) continue;
      for (const Child child : dag_.children(gate)) {
        if (!dag_.is_gate(child)) continue;
        ++parents_[dag_.gate_of(child)];
        parent_[dag_.gate_of(child)] = gate;
      }
    }
  }

  /// Its children go to its only parent. A gate whose negation is in the graph stays: the
  /// two would not be recognised any more.
  bool is_merged(GateId gate) const {
    const bool has_dual = !dual_.empty() && dual_[gate] != kNoDual;
    return parents_[gate] == 1 && !dag_.may_learn(gate) && !has_dual &&
           dag_.is_and(parent_[gate]) == dag_.is_and(gate);
  }

  Child mapped(Child child) const {
    if (is_constant(child)) return child;
    const FaultId fault = child & ~kEnabledBit;
    const bool is_gate = !is_enabled(child) && dag_.is_gate(child);
    if (is_gate)
      return is_known(dag_.gate_of(child)) ? kTrue : result_[dag_.gate_of(child)];
    if (known_.faults.empty() || known_.faults[fault] == 0) return child;
    return is_enabled(child) ? kFalse : kTrue;
  }

  void collect(GateId gate) {
    waiting_.assign(1, gate);
    while (!waiting_.empty()) {
      const GateId here = waiting_.back();
      waiting_.pop_back();
      for (const Child child : dag_.children(here)) {
        const bool merged = !is_enabled(child) && dag_.is_gate(child) &&
                            !is_known(dag_.gate_of(child)) &&
                            is_merged(dag_.gate_of(child));
        if (merged) {
          waiting_.push_back(dag_.gate_of(child));
        } else {
          children_.push_back(mapped(child));
        }
      }
    }
  }

  const Dag& dag_;
  const KnownTrue& known_;
  std::vector<uint8_t> needed_;
  std::vector<uint32_t> parents_;
  std::vector<GateId> parent_;
  std::vector<GateId> dual_;
  std::vector<Child> result_;
  DagBuilder builder_;
  std::vector<Child> children_;
  std::vector<GateId> waiting_;
};

}  // namespace

Dag folded(const Dag& dag, const KnownTrue& known) {
  return Folding(dag, known).run();
}

std::vector<uint8_t> modules(const Dag& dag) {
  const size_t nodes = size_t{dag.fault_count()} + dag.gate_count();
  std::vector<uint8_t> result(dag.gate_count(), 0);
  if (!dag.is_gate(dag.root())) return result;
  std::vector<uint32_t> first(nodes, 0);
  std::vector<uint32_t> last(nodes, 0);
  std::vector<uint32_t> left(dag.gate_count(), 0);
  uint32_t time = 0;
  struct Open {
    GateId gate;
    uint32_t next;
  };
  std::vector<Open> open{{dag.gate_of(dag.root()), 0}};
  first[dag.root()] = last[dag.root()] = ++time;
  while (!open.empty()) {
    Open& top = open.back();
    const std::span<const Child> below = dag.children(top.gate);
    if (top.next == below.size()) {
      left[top.gate] = ++time;
      open.pop_back();
      continue;
    }
    const Child child = below[top.next++];
    const Child node = is_enabled(child) ? child & ~kEnabledBit : child;
    last[node] = ++time;
    if (first[node] != 0) continue;
    first[node] = time;
    if (dag.is_gate(node)) open.push_back({dag.gate_of(node), 0});
  }
  // The earliest and latest meeting of anything below each gate.
  std::vector<uint32_t> earliest(dag.gate_count(), kMany);
  std::vector<uint32_t> latest(dag.gate_count(), 0);
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    if (first[dag.child_of(gate)] == 0) continue;
    for (const Child child : dag.children(gate)) {
      const Child node = is_enabled(child) ? child & ~kEnabledBit : child;
      earliest[gate] = std::min(earliest[gate], first[node]);
      latest[gate] = std::max(latest[gate], last[node]);
      if (!dag.is_gate(node)) continue;
      earliest[gate] = std::min(earliest[gate], earliest[dag.gate_of(node)]);
      latest[gate] = std::max(latest[gate], latest[dag.gate_of(node)]);
    }
    result[gate] =
        earliest[gate] > first[dag.child_of(gate)] && latest[gate] < left[gate] ? 1 : 0;
  }
  return result;
}

std::vector<uint32_t> least_faults(const Dag& dag) {
  std::vector<uint32_t> least(dag.gate_count(), 0);
  const std::vector<uint8_t> is_module = modules(dag);
  const std::vector<uint32_t> parents = parent_counts(dag);
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    uint32_t smallest = kMany;
    uint32_t largest = 0;
    uint64_t sum = 0;
    for (const Child child : dag.children(gate)) {
      const bool is_gate = !is_enabled(child) && dag.is_gate(child);
      const uint32_t here =
          is_gate ? least[dag.gate_of(child)] : (is_enabled(child) ? 0 : 1);
      smallest = std::min(smallest, here);
      // Alone: what is below this child is below nothing else. A fault with an enabled
      // leaf elsewhere still counts once here: only lost leaves count.
      const bool alone = !is_enabled(child) && parents[child] == 1 &&
                         (!is_gate || is_module[dag.gate_of(child)] != 0);
      if (alone) {
        sum += here;
      } else {
        largest = std::max(largest, here);
      }
    }
    if (dag.is_and(gate)) {
      least[gate] = smallest;
    } else {
      least[gate] = static_cast<uint32_t>(std::min<uint64_t>(kMany, sum + largest));
    }
  }
  return least;
}

Groups grouped(const Dag& dag, const std::vector<uint8_t>& kinds) {
  Groups groups;
  const std::vector<uint32_t> parents = parent_counts(dag);
  std::vector<uint8_t> conditioned(dag.fault_count(), 0);
  std::vector<uint8_t> used(dag.fault_count(), 0);
  if (!is_constant(dag.root()) && !dag.is_gate(dag.root())) {
    used[dag.root() & ~kEnabledBit] = 1;
  }
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    for (const Child child : dag.children(gate)) {
      if (!is_enabled(child) && dag.is_gate(child)) continue;
      used[child & ~kEnabledBit] = 1;
      if (is_enabled(child)) conditioned[child & ~kEnabledBit] = 1;
    }
  }
  // By fault: the member that stands for its group.
  std::vector<FaultId> leader(dag.fault_count());
  for (FaultId fault = 0; fault < dag.fault_count(); ++fault) leader[fault] = fault;
  std::vector<FaultId> of_kind;
  const size_t most_kinds =
      kinds.empty() ? 1 : size_t{*std::max_element(kinds.begin(), kinds.end())} + 1;
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    if (!dag.is_and(gate)) continue;
    of_kind.assign(most_kinds, kMostNodes);
    for (const Child child : dag.children(gate)) {
      if (!dag.is_lost(child)) break;
      if (parents[child] != 1 || conditioned[child] != 0) continue;
      FaultId& first = of_kind[kinds.empty() ? 0 : kinds[child]];
      if (first == kMostNodes) first = child;
      leader[child] = first;
    }
  }
  std::vector<FaultId> group(dag.fault_count(), 0);
  for (FaultId fault = 0; fault < dag.fault_count(); ++fault) {
    if (used[fault] == 0) continue;
    if (leader[fault] == fault) {
      group[fault] = static_cast<FaultId>(groups.members.size());
      groups.members.emplace_back();
    } else {
      group[fault] = group[leader[fault]];
    }
    groups.members[group[fault]].push_back(fault);
  }
  DagBuilder builder(static_cast<uint32_t>(groups.members.size()));
  builder.reserve(dag.gate_count(), dag.edge_count());
  std::vector<Child> result(dag.gate_count());
  const auto mapped = [&](Child child) {
    if (is_constant(child)) return child;
    if (is_enabled(child)) return enabled_by(group[child & ~kEnabledBit]);
    return dag.is_gate(child) ? result[dag.gate_of(child)] : group[child];
  };
  std::vector<Child> children;
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    children.clear();
    for (const Child child : dag.children(gate)) children.push_back(mapped(child));
    result[gate] =
        builder.gate(dag.is_and(gate), children, dag.may_learn(gate), dag.origin(gate));
  }
  groups.dag = builder.finish(mapped(dag.root()));
  return groups;
}

Groups each_by_itself(Dag dag) {
  Groups groups;
  groups.dag = std::move(dag);
  for (FaultId fault = 0; fault < groups.dag.fault_count(); ++fault)
    groups.members.push_back({fault});
  return groups;
}

namespace {

/// One walk upwards, see dispensable().
class Dispensing {
 public:
  Dispensing(const Dag& dag, const std::vector<uint8_t>& kinds)
      : dag_(dag),
        kinds_(kinds),
        parents_(parent_counts(dag)),
        broken_by_(dag.gate_count(), kMostNodes) {
    if (kinds.empty()) {
      is_module_ = modules(dag);
      least_ = least_faults(dag);
    }
  }

  Dispensable run() {
    result_.known.faults.assign(dag_.fault_count(), 0);
    result_.known.gates.assign(dag_.gate_count(), 0);
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
      if (!dag_.is_and(gate)) continue;
      const FaultId by = broken_by_[gate] = breaker(gate);
      for (const Child child : dag_.children(gate)) {
        if (is_enabled(child) || parents_[child] != 1 || child == by) continue;
        if (dag_.is_lost(child)) {
          if (kind_of(child) == kind_of(by)) drop(child, by);
        } else if (by != kMostNodes && !is_module_.empty()) {
          drop_module(dag_.gate_of(child), by);
        }
      }
    }
    return std::move(result_);
  }

 private:
  uint8_t kind_of(FaultId fault) const {
    return kinds_.empty() || fault == kMostNodes ? uint8_t{0} : kinds_[fault];
  }

  /// A fault that breaks the gate by itself. The strongest first: what breaks a gate
  /// below, then a fault with more parents.
  FaultId breaker(GateId gate) const {
    FaultId by = kMostNodes;
    for (const Child child : dag_.children(gate)) {
      if (!dag_.is_gate(child)) continue;
      const FaultId below = broken_by_[dag_.gate_of(child)];
      if (below == kMostNodes) continue;
      if (by == kMostNodes || kind_of(below) < kind_of(by)) by = below;
    }
    if (by != kMostNodes) return by;
    for (const Child child : dag_.children(gate)) {
      if (!dag_.is_lost(child)) break;
      if (by == kMostNodes || parents_[child] > parents_[by]) by = child;
    }
    return by;
  }

  void drop(FaultId fault, FaultId by) {
    result_.known.faults[fault] = 1;
    result_.faults.push_back({fault, by});
  }

  /// Whatever breaks a module with an only parent has a fault of its own there, instead
  /// of which `by` breaks the parent. If `by` comes from the module itself, it stays.
  void drop_module(GateId module, FaultId by) {
    // A goal without alternatives is broken by no fault at all.
    if (is_module_[module] == 0 || broken_by_[module] != kMostNodes) return;
    if (least_[module] == 0) return;
    result_.known.gates[module] = 1;
    // Faults that may break the module alone: `by` dominates them.
    std::vector<GateId> waiting{module};
    while (!waiting.empty()) {
      const GateId gate = waiting.back();
      waiting.pop_back();
      if (least_[gate] > 1) continue;
      for (const Child child : dag_.children(gate)) {
        if (dag_.is_lost(child)) {
          if (result_.known.faults[child] == 0) drop(child, by);
        } else if (result_.known.gates[dag_.gate_of(child)] == 0) {
          waiting.push_back(dag_.gate_of(child));
        }
      }
    }
  }

  const Dag& dag_;
  const std::vector<uint8_t>& kinds_;
  std::vector<uint32_t> parents_;
  std::vector<FaultId> broken_by_;  // by AND gate
  std::vector<uint8_t> is_module_;  // empty if kinds matter
  std::vector<uint32_t> least_;
  Dispensable result_;
};

}  // namespace

Dispensable dispensable(const Dag& dag, const std::vector<uint8_t>& kinds) {
  if (dag.has_conditions()) return {};
  return Dispensing(dag, kinds).run();
}

Kernel kernel_of(const Dag& dag, const std::vector<uint8_t>& kinds) {
  constexpr int kRounds = 8;
  Kernel kernel;
  kernel.dag = folded(dag, {});
  for (int round = 0; round < kRounds; ++round) {
    const Dispensable not_needed = dispensable(kernel.dag, kinds);
    const size_t edges = kernel.dag.edge_count();
    if (not_needed.known.gates.empty()) break;
    kernel.dag = folded(kernel.dag, not_needed.known);
    kernel.dominated.insert(kernel.dominated.end(), not_needed.faults.begin(),
                            not_needed.faults.end());
    if (kernel.dag.edge_count() == edges) break;
  }
  return kernel;
}

uint32_t used_faults(const Dag& dag) {
  std::vector<uint8_t> used(dag.fault_count(), 0);
  uint32_t count = 0;
  const auto use = [&](Child child) {
    if (is_constant(child) || (!is_enabled(child) && dag.is_gate(child))) return;
    uint8_t& here = used[child & ~kEnabledBit];
    count += here == 0 ? 1 : 0;
    here = 1;
  };
  use(dag.root());
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    for (const Child child : dag.children(gate)) use(child);
  }
  return count;
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Groups reduced(Dag dag, KnownTrue known, uint32_t most, const std::vector<uint8_t>& kinds,
               Grouping grouping, std::vector<PassStats>* stats) {
  double before = cpu_seconds();
  const auto note = [&](const char* name, const Dag& after) {
    if (stats == nullptr) return;
    const double now = cpu_seconds();
    stats->push_back(
        {name, used_faults(after), after.gate_count(), after.edge_count(), now - before});
    before = cpu_seconds();
  };
  dag = folded(dag, known);
  note("fold", dag);
  if (most < kMany && !is_constant(dag.root())) {
    // Folding can raise the bounds of what is left: until nothing changes, a few times.
    constexpr int kRounds = 4;
    for (int round = 0; round < kRounds && dag.is_gate(dag.root()); ++round) {
      const std::vector<uint32_t> least = least_faults(dag);
      KnownTrue unbreakable;
      unbreakable.gates.assign(dag.gate_count(), 0);
      bool any = false;
      for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
        if (least[gate] <= most) continue;
        unbreakable.gates[gate] = 1;
        any = true;
      }
      if (!any) break;
      const bool whole = unbreakable.gates[dag.gate_of(dag.root())] != 0;
      if (whole) {
        dag = DagBuilder(dag.fault_count()).finish(kTrue);
      } else {
        dag = folded(dag, unbreakable);
      }
      note("prune by budget", dag);
    }
  }
  Groups groups =
      grouping == Grouping::kYes ? grouped(dag, kinds) : each_by_itself(std::move(dag));
  note("group faults", groups.dag);
  return groups;
}

}  // namespace cutset::solver
