// Why nothing derived a tuple: each rule instance that could have is refuted with what
// the run has (dedalus.md section 11, support of negative premises).
//
// A rule's body is joined as far as the run's tuples go. Where the join walks over the
// tuples that match a premise, "no other tuple matches" becomes a clause of its own, so
// that the refutation also speaks for tuples that no run has shown yet. Where it cannot
// go on, everything that stops it becomes one clause. What no run can change (a
// comparison that is false, a value that is no node) needs no clause.
//
// Of several premises, the join walks first over the one with the fewest matches; it goes
// on past a missing premise as long as another premise can make it more specific: "no
// vote of b" is a weaker demand than "no vote at all".
//
// Cost: that of evaluating the rules for one head. Thread rule: not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "dedalus/evaluation/expression.h"
#include "dedalus/evaluation/fault_plan.h"
#include "dedalus/evaluation/firing_reader.h"
#include "dedalus/evaluation/machine.h"

namespace cutset::dedalus {

class Refuter {
 public:
  Refuter(Machine& machine, const Run& run)
      : machine_(machine), run_(run), reader_(machine), calculator_(machine.values) {}

  Refutation refute(const Absence& absence);

 private:
  struct State {
    std::vector<Value> variables;
    std::vector<bool> is_bound;
    std::vector<bool> done;  // by premise
    bool location_done = false;
  };

  void refute_crashes(const Absence& absence);
  void refute_rule(const CompiledRule& rule, const Absence& absence);
  void refute_aggregation(const CompiledAggregation& aggregation, const Absence& absence);
  /// False: the head cannot match.
  bool unify_head(const CompiledRule& rule, const Absence& absence, State& state);
  void refute_body(const CompiledRule& rule, const Absence& absence, Time time,
                   const State& state);
  /// Walks over the matches of a premise, or over the nodes.
  void split(const CompiledRule& rule, const Absence& absence, Time time,
             const State& state, uint32_t premise, std::vector<Reason> reasons);
  void split_location(const CompiledRule& rule, const Absence& absence, Time time,
                      const State& state);
  /// Nothing in any run could make the instance fire, or its head is excepted.
  bool is_void(const CompiledRule& rule, const Absence& absence, Time time,
               const State& state);
  std::vector<Reason> reasons(const CompiledRule& rule, Time time, const State& state);
  void add_location_reason(const CompiledRule& rule, Time time, const State& state,
                           std::vector<Reason>& reasons);
  void add_loss(const CompiledRule& rule, Time time, const State& state,
                std::vector<Reason>& reasons);
  /// The premise with the fewest matches that makes what is missing more specific, or
  /// any; kNoIndex: none.
  uint32_t next_premise(const CompiledRule& rule, Time time, const State& state,
                        bool is_stopped);
  /// A missing premise has a variable that the candidate would bind.
  bool shares_with_stop(const CompiledRule& rule, Time time, const State& state,
                        uint32_t candidate);
  /// A negated premise with a variable that is still to be bound.
  static bool is_open(const CompiledRule& rule, const CompiledPremise& premise,
                      const State& state);
  static bool is_wildcard(const CompiledRule& rule, VariableId variable);
  std::vector<TupleId> matching(const CompiledPremise& premise, Time time,
                                const State& state);
  std::optional<NodeIndex> location(const CompiledRule& rule, const State& state) const;
  bool is_bound(const CompiledExpression& expression, const State& state) const;
  Time time_of(const CompiledPremise& premise, Time time) const;
  /// A premise of a time to come: only its facts are seen, in every run.
  bool is_static(const CompiledPremise& premise, Time time) const;
  std::span<const TupleId> rows(const CompiledPremise& premise, Time time) const;
  bool bind(const CompiledPremise& premise, TupleId tuple, State& state) const;
  PatternId pattern(const CompiledPremise& premise, const State& state);

  Machine& machine_;
  const Run& run_;
  FiringReader reader_;
  Calculator calculator_;
  Refutation refutation_;
  std::vector<Value> pattern_;
};

}  // namespace cutset::dedalus
