#include "solver/diagram_source.h"

#include <algorithm>

#include "base/check.h"
#include "solver/saturating.h"

namespace cutset::solver {

namespace {

constexpr size_t kMostCounts = size_t{1} << 24;  // numbers kept while counting

}  // namespace

DiagramSource::DiagramSource(const Dag& dag, uint32_t most, std::vector<KindLimit> limits,
                             size_t most_nodes, std::function<bool()> stop)
    : dag_(dag),
      most_(std::min(most, dag.fault_count())),
      limits_(std::move(limits)),
      most_nodes_(most_nodes),
      stop_(std::move(stop)) {
  CHECK(!dag.has_conditions());
  level_ = order();
  group_.resize(level_.size());
  for (FaultId group = 0; group < level_.size(); ++group) group_[level_[group]] = group;
}

/// Depth first from the root, what a gate has of its own before what is deeper.
std::vector<Zbdd::Variable> DiagramSource::order() const {
  constexpr Zbdd::Variable kNone = 0xffff'ffff;
  std::vector<Zbdd::Variable> level(dag_.fault_count(), kNone);
  std::vector<uint8_t> met(dag_.gate_count(), 0);
  Zbdd::Variable next = 0;
  std::vector<Child> waiting{dag_.root()};
  while (!waiting.empty()) {
    const Child child = waiting.back();
    waiting.pop_back();
    if (is_constant(child)) continue;
    if (dag_.is_lost(child)) {
      if (level[child] == kNone) level[child] = next++;
      continue;
    }
    const GateId gate = dag_.gate_of(child);
    if (met[gate] != 0) continue;
    met[gate] = 1;
    const std::span<const Child> below = dag_.children(gate);
    waiting.insert(waiting.end(), below.rbegin(), below.rend());
  }
  for (Zbdd::Variable& unused : level) {
    if (unused == kNone) unused = next++;
  }
  return level;
}

bool DiagramSource::prepare(uint32_t size) {
  if (ready_ && (complete_ || size <= limit_)) return true;
  size = std::min(size, most_);
  zbdd_.emplace(most_nodes_);
  root_ = build(size);
  ready_ = !zbdd_->overflowed() && !(stop_ && stop_());
  limit_ = size;
  complete_ = !zbdd_->truncated();
  if (ready_ && root_ != Zbdd::kEmpty) {
    lower_bound_ = std::max(lower_bound_, zbdd_->smallest(root_));
  } else if (ready_) {
    lower_bound_ = std::max(lower_bound_, size + 1);
  }
  return ready_;
}

Zbdd::Node DiagramSource::build(uint32_t limit) {
  if (dag_.root() == kTrue) return Zbdd::kEmpty;
  if (dag_.root() == kFalse) return Zbdd::kUnit;
  std::vector<Zbdd::Node> result(dag_.gate_count(), Zbdd::kEmpty);
  const auto of = [&](Child child) {
    return dag_.is_gate(child) ? result[dag_.gate_of(child)]
                               : zbdd_->single(level_[child]);
  };
  std::vector<Zbdd::Node> parts;
  constexpr GateId kAskEvery = 64;
  for (GateId gate = 0; gate < dag_.gate_count() && !zbdd_->overflowed(); ++gate) {
    if (stop_ && gate % kAskEvery == 0 && stop_()) return Zbdd::kEmpty;
    parts.clear();
    for (const Child child : dag_.children(gate)) parts.push_back(of(child));
    result[gate] = combine(gate, parts, limit);
  }
  return of(dag_.root());
}

/// Two by two, neighbours in the order first: the intermediate families stay small.
Zbdd::Node DiagramSource::combine(GateId gate, std::vector<Zbdd::Node>& parts,
                                  uint32_t limit) {
  const bool is_and = dag_.is_and(gate);
  if (parts.empty()) return is_and ? Zbdd::kEmpty : Zbdd::kUnit;
  std::sort(parts.begin(), parts.end(), [this](Zbdd::Node a, Zbdd::Node b) {
    const Zbdd::Variable x = zbdd_->variable(a);
    const Zbdd::Variable y = zbdd_->variable(b);
    return x != y ? x < y : a < b;
  });
  while (parts.size() > 1) {
    size_t kept = 0;
    for (size_t i = 0; i < parts.size(); i += 2) {
      Zbdd::Node node = parts[i];
      if (i + 1 < parts.size()) {
        node = is_and ? zbdd_->either(node, parts[i + 1])
                      : zbdd_->both(node, parts[i + 1], limit);
      }
      parts[kept++] = node;
    }
    parts.resize(kept);
  }
  return parts.front();
}

bool DiagramSource::within_limits(const LocalSet& set) const {
  return std::all_of(limits_.begin(), limits_.end(), [&set](const KindLimit& limit) {
    const auto in = [&limit](FaultId group) {
      return std::binary_search(limit.groups.begin(), limit.groups.end(), group);
    };
    return static_cast<uint32_t>(std::count_if(set.begin(), set.end(), in)) <= limit.most;
  });
}

Progress DiagramSource::advance(uint32_t size) {
  if (!prepare(size)) return Progress::kStopped;
  if (!walk_.begun || walk_.size != size) {
    walk_ = Walk();
    walk_.begun = true;
    walk_.size = size;
    walk_.steps.push_back({root_, size, 0});
  }
  // Depth first without recursion: state 0: new, 1: the sets with the variable are next,
  // 2: done.
  while (!walk_.steps.empty()) {
    Walk::Step& top = walk_.steps.back();
    const Zbdd::Node node = top.node;
    const bool possible = node != Zbdd::kEmpty && zbdd_->smallest(node) <= top.left &&
                          zbdd_->largest(node) >= top.left;
    if (!possible) {
      walk_.steps.pop_back();
      continue;
    }
    if (node == Zbdd::kUnit) {
      walk_.steps.pop_back();
      LocalSet set = walk_.path;
      std::sort(set.begin(), set.end());
      if (!within_limits(set)) continue;
      found(std::move(set));
      return Progress::kFound;
    }
    const uint32_t left = top.left;
    if (top.state == 0) {
      top.state = 1;
      if (left > 0) {
        walk_.path.push_back(group_[zbdd_->variable(node)]);
        top.state = 2;
        walk_.steps.push_back({zbdd_->with(node), left - 1, 0});
      }
      continue;
    }
    if (top.state == 2) walk_.path.pop_back();
    walk_.steps.back() = {zbdd_->without(node), left, 0};
  }
  return Progress::kNoneLeft;
}

bool DiagramSource::nothing_above(uint32_t size) {
  return size >= most_ || (ready_ && complete_ &&
                           (root_ == Zbdd::kEmpty || zbdd_->largest(root_) <= size));
}

std::optional<SetCount> DiagramSource::count(
    uint32_t most, const std::vector<uint64_t>& weight_of) const {
  CHECK(ready_);
  // Children were made before their parents.
  std::vector<uint8_t> below(size_t{root_} + 1, 0);  // by node: the root, or below it
  below[root_] = 1;
  size_t numbers = 0;
  for (Zbdd::Node node = root_; node > Zbdd::kUnit; --node) {
    if (below[node] == 0) continue;
    below[zbdd_->with(node)] = below[zbdd_->without(node)] = 1;
    numbers += zbdd_->largest(node) + size_t{1};
    if (numbers > kMostCounts) return std::nullopt;
  }
  // By node: sets of each size below it.
  std::vector<std::vector<uint64_t>> sets(std::max<size_t>(below.size(), 2));
  sets[Zbdd::kUnit] = {1};
  for (Zbdd::Node node = 2; node <= root_; ++node) {
    if (below[node] == 0) continue;
    std::vector<uint64_t>& here = sets[node];
    here = sets[zbdd_->without(node)];
    const std::vector<uint64_t>& with = sets[zbdd_->with(node)];
    if (here.size() < with.size() + 1) here.resize(with.size() + 1, 0);
    const uint64_t members = weight_of[group_[zbdd_->variable(node)]];
    for (size_t i = 0; i < with.size(); ++i)
      here[i + 1] = saturated_sum(here[i + 1], saturated_product(with[i], members));
  }
  SetCount count;
  count.by_size = sets[root_];
  // A single fault is in the diagram even if the budget is none.
  if (count.by_size.size() > size_t{most} + 1) count.by_size.resize(size_t{most} + 1);
  while (!count.by_size.empty() && count.by_size.back() == 0) count.by_size.pop_back();
  for (const uint64_t sets_of_size : count.by_size)
    count.sets = saturated_sum(count.sets, sets_of_size);
  count.at_least = count.sets == kMostCount;
  return count;
}

}  // namespace cutset::solver
