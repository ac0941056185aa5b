#include "verifier/part_formula.h"

#include <algorithm>

namespace cutset::verifier {

namespace {

/// What is counted: the slots, at most so many of which are active.
struct Counted {
  std::vector<uint32_t> slots;
  uint32_t most = 0;

  /// Outputs after each of the slots: 1, 2, ... up to most+1.
  uint64_t variables() const {
    const uint64_t n = slots.size();
    const uint64_t width = uint64_t{most} + 1;
    return width * (width - 1) / 2 + (n - width + 1) * width;
  }
};

std::vector<Counted> counted(const Graph& graph, const Cone& cone, const Budget& budget) {
  std::vector<Counted> result;
  if (budget.total && *budget.total < cone.slots()) {
    Counted& all = result.emplace_back();
    all.most = *budget.total;
    for (uint32_t slot = 0; slot < cone.slots(); ++slot) all.slots.push_back(slot);
  }
  for (const Budget::Limit& limit : budget.limits) {
    if (limit.most == 0) continue;  // such faults are never active
    Counted kind;
    kind.most = limit.most;
    for (uint32_t slot = 0; slot < cone.slots(); ++slot) {
      if (graph.kind_of[cone.faults[slot]] == limit.kind) kind.slots.push_back(slot);
    }
    if (kind.most < kind.slots.size()) result.push_back(std::move(kind));
  }
  return result;
}

class Writer {
 public:
  Writer(const Cone& cone, const std::function<void(std::span<const Literal>)>& clause)
      : cone_(cone),
        clause_(clause),
        variables_(static_cast<Literal>(cone.slots() + cone.gates())) {}

  void gates() {
    for (uint32_t gate = 0; gate < cone_.gates(); ++gate) {
      const Literal broken = static_cast<Literal>(cone_.slots() + gate + 1);
      literals_.assign(1, -broken);
      for (const Node child : cone_.children(gate)) {
        literals_.push_back(fails(child));
        if (cone_.is_and[gate] != 0) continue;
        clause_(literals_);
        literals_.pop_back();
      }
      if (cone_.is_and[gate] != 0) clause_(literals_);
    }
    literals_.clear();
    for (const Node root : cone_.roots) literals_.push_back(fails(root));
    clause_(literals_);
  }

  void not_all(const std::vector<uint32_t>& slots) {
    literals_.clear();
    for (const uint32_t slot : slots)
      literals_.push_back(-static_cast<Literal>(slot + 1));
    clause_(literals_);
  }

  /// Sequential counter (Sinz 2005), upwards only, cut off at most+1, which is forbidden.
  void at_most(const Counted& counted) {
    std::vector<Literal> before;
    std::vector<Literal> after;
    for (const uint32_t slot : counted.slots) {
      const auto active = static_cast<Literal>(slot + 1);
      after.clear();
      const size_t size = std::min<size_t>(before.size() + 1, size_t{counted.most} + 1);
      for (size_t j = 0; j < size; ++j) {
        after.push_back(++variables_);
        if (j < before.size()) give({-before[j], after[j]});
        if (j == 0) {
          give({-active, after[j]});
        } else {
          give({-active, -before[j - 1], after[j]});
        }
      }
      std::swap(before, after);
    }
    give({-before[counted.most]});
  }

 private:
  /// The literal of "does not hold", or of what must be so if it does not.
  Literal fails(Node node) const {
    if (is_enabled(node)) return -static_cast<Literal>((node & ~kEnabledBit) + 1);
    return static_cast<Literal>(node + 1);
  }
  void give(std::initializer_list<Literal> literals) {
    clause_(std::span<const Literal>(literals.begin(), literals.size()));
  }

  const Cone& cone_;
  const std::function<void(std::span<const Literal>)>& clause_;
  Literal variables_;
  std::vector<Literal> literals_;
};

}  // namespace

std::optional<uint32_t> Budget::limit_of(uint8_t kind) const {
  for (const Limit& limit : limits) {
    if (limit.kind == kind) return limit.most;
  }
  return std::nullopt;
}

bool Budget::allows(const Graph& graph, std::span<const uint32_t> faults) const {
  if (total && faults.size() > *total) return false;
  return std::all_of(limits.begin(), limits.end(), [&](const Limit& limit) {
    return std::count_if(faults.begin(), faults.end(), [&](uint32_t fault) {
             return graph.kind_of[fault] == limit.kind;
           }) <= static_cast<ptrdiff_t>(limit.most);
  });
}

std::optional<uint32_t> variables_of(const Graph& graph, const Cone& cone,
                                     const Budget& budget) {
  constexpr uint64_t kMost = uint64_t{1} << 28;
  uint64_t variables = uint64_t{cone.slots()} + cone.gates();
  for (const Counted& each : counted(graph, cone, budget)) {
    const uint64_t more = each.variables();
    if (more > kMost) return std::nullopt;
    variables += more;
  }
  if (variables > kMost) return std::nullopt;
  return static_cast<uint32_t>(variables);
}

void for_each_clause(const Graph& graph, const Cone& cone, const Budget& budget,
                     const std::vector<std::vector<uint32_t>>& sets,
                     const std::function<void(std::span<const Literal>)>& clause) {
  Writer writer(cone, clause);
  writer.gates();
  for (const Budget::Limit& limit : budget.limits) {
    if (limit.most != 0) continue;
    for (uint32_t slot = 0; slot < cone.slots(); ++slot) {
      if (graph.kind_of[cone.faults[slot]] == limit.kind) writer.not_all({slot});
    }
  }
  for (const std::vector<uint32_t>& set : sets) writer.not_all(set);
  for (const Counted& each : counted(graph, cone, budget)) writer.at_most(each);
}

}  // namespace cutset::verifier
