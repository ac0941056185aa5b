// What is behind ground(): time by time, stratum by stratum (grounding.h).
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "dedalus/grounding/fault_literals.h"
#include "dedalus/grounding/grounding.h"
#include "dedalus/grounding/join_plan.h"
#include "dedalus/grounding/possible_tuples.h"

namespace cutset::dedalus {

class Grounder {
 public:
  Grounder(const Program& program, const FailureSpec& spec,
           const campaign::FaultSpace& space, const GroundingLimits& limits);

  Result<Grounding> run(const std::vector<NamedTuple>& outcomes);

 private:
  /// A complete binding of a rule's variables, and the tuples that matched.
  struct Match {
    RuleId rule = 0;
    int64_t time = 0;
    std::vector<Value> bound;        // by variable
    std::vector<PossibleId> tuples;  // by premise; of positive ones
    uint32_t clock_node = kNoNode_;  // what the clock bound
  };
  static constexpr uint32_t kNoNode_ = 0xffff'ffff;
  /// The possible members of one group of an aggregate: by their aggregated values, what
  /// derives each.
  using Members = std::map<std::vector<Value>, std::vector<Premises>>;
  /// By the head's other columns (aggregated ones are 0).
  using Groups = std::map<std::vector<Value>, Members>;

  // grounder.cpp
  void find_relevant();
  void place_facts();
  void place_crashes();
  Status do_time(int64_t time);
  Status do_stratum(size_t stratum, int64_t time);
  Status do_rule(RuleId rule, int64_t time, size_t delta, PossibleId old_end,
                 PossibleId end);
  bool is_recursive(const Rule& rule, const Premise& premise, int64_t time) const;
  Status check_limits(RelationId grown, int64_t time) const;
  /// Asked for every match: joins end here, check_limits says why.
  bool is_over();

  // fire.cpp
  void fire(Match& match);
  void fire_at(const Match& match, std::optional<NodeIndex> location, OpenFiring firing);
  void derive(RelationId relation, int64_t time, std::span<const Value> columns,
              OpenFiring firing);
  /// Every matching tuple is absent.
  Literal absence(const Match& match, size_t premise);

  // join.cpp
  void join(const JoinPlan& plan, size_t step, Match& match, size_t delta,
            PossibleId old_end, PossibleId end);
  bool bind(const JoinStep& step, PossibleId tuple, std::vector<Value>& bound) const;
  void key_of(const JoinStep& step, const std::vector<Value>& bound,
              std::vector<Value>& key) const;
  bool conditions_hold(const Rule& rule, const std::vector<uint32_t>& conditions,
                       const std::vector<Value>& bound);

  // settle.cpp: from firings to literals
  Status settle(const std::vector<RelationId>& relations, int64_t time);
  Status settle_cycle(const std::vector<PossibleId>& members, int64_t time);
  std::vector<Premises> closed(const PossibleTuple& tuple) const;

  // groups.cpp
  Status do_groups(RuleId rule, int64_t time);
  Status derive_group(const Rule& rule, int64_t time, const std::vector<Value>& key,
                      const Members& members);

  const Program& program_;
  const FailureSpec& spec_;
  const campaign::FaultSpace& space_;
  const GroundingLimits& limits_;
  ValueTable values_;
  GoalMaker goals_;
  FaultLiterals faults_;
  PossibleTuples tuples_;
  std::vector<Value> nodes_;  // by index
  std::map<Value, NodeIndex> node_of_;
  std::vector<uint8_t> relevant_;                 // by relation
  std::vector<size_t> stratum_of_;                // by relation; strata.size(): no rule
  std::vector<std::vector<RelationId>> settles_;  // by stratum, one more: relations
  std::map<std::pair<RuleId, size_t>, JoinPlan> plans_;
  std::map<std::pair<RuleId, size_t>, JoinStep> absences_;
  std::map<std::vector<uint32_t>, Literal> absence_known_;
  Groups* groups_ = nullptr;  // where fire() puts the members of the rule at hand
  uint64_t firings_ = 0;
  uint64_t matches_ = 0;
  bool stopped_ = false;
};

}  // namespace cutset::dedalus
