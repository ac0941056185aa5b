#include "verifier/part_checker.h"

#include <algorithm>

#include "verifier/set_comparison.h"
#include <fmt/format.h>

namespace cutset::verifier {

PartChecker::PartChecker(const Graph& graph, const Budget& budget, ListedSets& sets,
                         size_t most_nodes, const std::function<bool()>& stop)
    : graph_(graph), budget_(budget), sets_(sets), most_nodes_(most_nodes), stop_(stop) {}

PartChecker::~PartChecker() = default;

size_t PartChecker::slot(Node node) const {
  if (!is_enabled(node)) return node;
  return size_t{graph_.faults()} + graph_.gates() + (node & ~kEnabledBit);
}

/// As the certificate says it.
int64_t PartChecker::number(Node node) const {
  if (!is_enabled(node)) return node;
  return -1 - static_cast<int64_t>(node & ~kEnabledBit);
}

bool PartChecker::never_active(uint32_t fault) const {
  return budget_.limit_of(graph_.kind_of[fault]) == 0U;
}

void PartChecker::begin(std::vector<Node> roots) {
  if (!walk_) {
    walk_ = std::make_unique<ConeWalk>(graph_);
    covered_.assign(2 * size_t{graph_.faults()} + graph_.gates(), 0);
    slot_of_.assign(graph_.faults(), ListedSets::kNoSlot);
  }
  roots_ = std::move(roots);
  cone_ = walk_->walk(roots_);
  is_shown_ = is_unbreakable_ = false;
  way_ = Way::kNone;
  packed_ = 0;
  proof_.reset();
  cuts_.reset();
  inside_.clear();
  in_support_.assign(cone_.slots(), 0);
  set_slots(cone_);
}

void PartChecker::set_slots(const Cone& cone) {
  for (uint32_t at = 0; at < cone.slots(); ++at) slot_of_[cone.faults[at]] = at;
}

void PartChecker::clear_slots(const Cone& cone) {
  for (const uint32_t fault : cone.faults) slot_of_[fault] = ListedSets::kNoSlot;
}

/// Every other fault is taken to be active, and to enable nothing: what holds then holds
/// whatever they are.
PartChecker::Outcome PartChecker::support(const std::vector<uint32_t>& faults) {
  if (way_ == Way::kProof) return Wrong{"a support in a proof", "a clause, d or done"};
  if (way_ == Way::kRecomputed) return Wrong{"a support in a recomputed part", "done"};
  way_ = Way::kPacking;
  ++packed_;
  bool can_be_hit = false;
  std::vector<uint32_t> slots;
  for (const uint32_t fault : faults) {
    const uint32_t at = slot_of_[fault];
    if (at == ListedSets::kNoSlot) {
      return Wrong{fmt::format("fault {}", fault), "faults below the roots of the part"};
    }
    if (!never_active(fault)) {
      can_be_hit = true;
      if (in_support_[at] != 0) {
        return Wrong{fmt::format("fault {} in a second support", fault),
                     "supports without a common fault"};
      }
    }
    slots.push_back(at);
  }
  std::vector<uint8_t> given(cone_.slots(), 0);
  for (uint32_t at = 0; at < cone_.slots(); ++at)
    given[at] = never_active(cone_.faults[at]) ? 1 : 0;
  for (const uint32_t at : slots) given[at] = in_support_[at] = 1;
  holds_.assign(cone_.gates(), 0);
  const auto holds = [&](Node node) {
    if (is_enabled(node)) return false;
    return (node < cone_.slots() ? given[node] : holds_[node - cone_.slots()]) != 0;
  };
  for (uint32_t gate = 0; gate < cone_.gates(); ++gate) {
    const std::span<const Node> below = cone_.children(gate);
    holds_[gate] =
        (cone_.is_and[gate] != 0 ? std::all_of(below.begin(), below.end(), holds)
                                 : std::any_of(below.begin(), below.end(), holds))
            ? 1
            : 0;
  }
  for (size_t i = 0; i < roots_.size(); ++i) {
    if (holds(cone_.roots[i])) continue;
    return Wrong{fmt::format("faults that do not let node {} hold", number(roots_[i])),
                 "a support"};
  }
  is_unbreakable_ = is_unbreakable_ || !can_be_hit;
  return std::nullopt;
}

/// So many of the disjoint supports can be hit at most.
uint64_t PartChecker::most_hits() const {
  std::vector<uint8_t> kinds(graph_.kinds.size(), 0);
  for (uint32_t at = 0; at < cone_.slots(); ++at) {
    if (in_support_[at] != 0) kinds[graph_.kind_of[cone_.faults[at]]] = 1;
  }
  uint64_t most = 0;
  for (size_t kind = 0; kind < kinds.size(); ++kind) {
    if (kinds[kind] == 0) continue;
    most += budget_.limit_of(static_cast<uint8_t>(kind)).value_or(UINT32_MAX);
  }
  return std::min<uint64_t>(most, budget_.total.value_or(UINT32_MAX));
}

PartChecker::Outcome PartChecker::start_proof() {
  if (way_ == Way::kPacking) return Wrong{"a clause in a packing", "p or done"};
  if (way_ == Way::kRecomputed) return Wrong{"a clause in a recomputed part", "done"};
  way_ = Way::kProof;
  const std::optional<uint32_t> variables = variables_of(graph_, cone_, budget_);
  if (!variables) {
    return Wrong{"a part whose formula is too large",
                 "at most 2^28 variables (fewer faults, or a smaller budget)"};
  }
  for (const uint32_t at : sets_.inside(cone_.faults, slot_of_)) {
    std::vector<uint32_t>& slots = inside_.emplace_back();
    for (const uint32_t fault : sets_[at]) slots.push_back(slot_of_[fault]);
  }
  proof_ = std::make_unique<RupChecker>(*variables);
  for_each_clause(graph_, cone_, budget_, inside_,
                  [this](std::span<const Literal> clause) { proof_->add(clause); });
  return std::nullopt;
}

PartChecker::Outcome PartChecker::proof_step(bool removes,
                                             const std::vector<Literal>& clause) {
  if (!proof_) {
    if (Outcome outcome = start_proof()) return outcome;
  }
  ++steps_;
  const auto variables = static_cast<Literal>(proof_->variables());
  for (const Literal literal : clause) {
    if (literal <= variables && -literal <= variables) continue;
    return Wrong{fmt::format("literal {}", literal),
                 fmt::format("variables 1 to {}", variables)};
  }
  if (removes) {
    if (proof_->remove(clause)) return std::nullopt;
    return Wrong{"a clause is taken away that is not there", "a clause that was given"};
  }
  if (proof_->add_implied(clause)) return std::nullopt;
  return Wrong{"a clause that does not follow", "a clause implied by unit propagation"};
}

PartChecker::Outcome PartChecker::recompute() {
  if (way_ != Way::kNone) {
    return Wrong{"\"recomputed\" behind other lines of its part", "it alone"};
  }
  way_ = Way::kRecomputed;
  ++recomputed_;
  if (std::optional<std::string> why = why_not_recomputed(cone_)) {
    return Wrong{std::move(*why), "a packing or a proof"};
  }
  if (Outcome outcome = all_conjuncts(roots_)) return outcome;
  cuts_ = std::make_unique<RecomputedCuts>(graph_, budget_, cone_, most_nodes_, stop_);
  if (cuts_->gave_up()) {
    return Wrong{
        fmt::format("a part whose cut sets take more than {} nodes", most_nodes_),
        "a packing or a proof, or more nodes (verify --nodes)"};
  }
  return compare(cone_);
}

/// Sets that cut something else say nothing of the graph's root.
PartChecker::Outcome PartChecker::all_conjuncts(std::span<const Node> roots) {
  if (conjunct_.empty()) conjunct_ = conjuncts_of(graph_);
  for (const Node root : roots) {
    if (conjunct_[slot(root)] != 0) continue;
    return Wrong{fmt::format("node {}, without which the root may hold", number(root)),
                 "recomputed parts of conjuncts of the root"};
  }
  return std::nullopt;
}

/// Requires: the slots of `cone` are set.
PartChecker::Outcome PartChecker::compare(const Cone& cone) {
  const std::optional<std::vector<uint32_t>> missing =
      SetComparison(graph_, budget_, sets_, stop_)
          .first_not_listed(*cuts_, cone, slot_of_);
  if (!missing) return std::nullopt;
  return not_listed(*missing, "the minimal cut sets that were recomputed");
}

PartChecker::Wrong PartChecker::not_listed(const std::vector<uint32_t>& set,
                                           const std::string& expected) const {
  std::string text;
  for (const uint32_t fault : set) text += fmt::format(" {}", fault);
  return {fmt::format("no line \"set{}\"", text), expected};
}

PartChecker::Outcome PartChecker::finish() {
  if (way_ == Way::kPacking) {
    ++packings_;
    supports_ += packed_;
    if (!is_unbreakable_ && packed_ <= most_hits()) {
      return Wrong{fmt::format("{} disjoint supports", packed_),
                   fmt::format("more than {}, which the budget can hit", most_hits())};
    }
  } else if (way_ != Way::kRecomputed) {
    // The formula may contradict itself without any step.
    if (!proof_) {
      if (Outcome outcome = start_proof()) return outcome;
    }
    ++proofs_;
    if (!proof_->refuted()) {
      return Wrong{"a proof that ends without the empty clause",
                   "one that shows that no set is missing"};
    }
    proof_.reset();
  }
  clear_slots(cone_);
  for (const Node root : roots_) covered_[slot(root)] = 1;
  is_shown_ = true;
  return std::nullopt;
}

PartChecker::Outcome PartChecker::same(Node root) {
  const Node roots[] = {root};
  const Cone other = walk_->walk(roots);
  const auto limit = [this](const Cone& cone, uint32_t at) {
    return budget_.limits.empty() ? std::optional<uint8_t>()
                                  : std::optional(graph_.kind_of[cone.faults[at]]);
  };
  bool is_same = other.is_and == cone_.is_and && other.first == cone_.first &&
                 other.below == cone_.below && other.roots == cone_.roots &&
                 other.slots() == cone_.slots();
  for (uint32_t at = 0; is_same && at < cone_.slots(); ++at)
    is_same = limit(other, at) == limit(cone_, at);
  if (!is_same) {
    return Wrong{fmt::format("node {}", number(root)),
                 fmt::format("one that is the same as {} up to the names of faults",
                             number(roots_.front()))};
  }
  if (way_ == Way::kRecomputed) {
    if (Outcome outcome = all_conjuncts(roots)) return outcome;
    set_slots(other);
    Outcome outcome = compare(other);
    clear_slots(other);
    if (outcome) return outcome;
  }
  // Nothing cuts what a packing was found for: there is nothing to be listed.
  std::vector<uint32_t> named;
  for (const std::vector<uint32_t>& set : inside_) {
    named.clear();
    for (const uint32_t at : set) named.push_back(other.faults[at]);
    std::sort(named.begin(), named.end());
    if (sets_.find(named)) continue;
    return not_listed(named, fmt::format("the sets of node {} under the names of node {}",
                                         number(roots_.front()), number(root)));
  }
  covered_[slot(root)] = 1;
  return std::nullopt;
}

PartChecker::Outcome PartChecker::covers_root(uint64_t& conjuncts) const {
  if (graph_.root == kHolds) return std::nullopt;
  if (graph_.root == kFails) return Wrong{"no sets", "\"set\": the root never holds"};
  std::vector<Node> waiting{graph_.root};
  std::vector<uint8_t> met(graph_.gates(), 0);
  conjuncts = 0;
  while (!waiting.empty()) {
    const Node node = waiting.back();
    waiting.pop_back();
    if (!covered_.empty() && covered_[slot(node)] != 0) {
      ++conjuncts;
      continue;
    }
    const bool is_gate = !is_enabled(node) && graph_.is_gate(node);
    const uint32_t gate = is_gate ? node - graph_.faults() : 0;
    if (!is_gate || graph_.is_and[gate] == 0) {
      return Wrong{fmt::format("no part for node {}", number(node)),
                   "one for each conjunct of the root"};
    }
    if (met[gate] != 0) continue;
    met[gate] = 1;
    const std::span<const Node> below = graph_.children(gate);
    waiting.insert(waiting.end(), below.begin(), below.end());
  }
  return std::nullopt;
}

}  // namespace cutset::verifier
