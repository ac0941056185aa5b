#include "dedalus/evaluation/plan.h"

#include <algorithm>

namespace cutset::dedalus {
namespace {

class Planner {
 public:
  Planner(CompiledProgram& program, const CompiledRule& rule, uint32_t new_premise,
          const std::vector<bool>& in_component)
      : program_(program),
        rule_(rule),
        in_component_(in_component),
        bound_(rule.variables, false),
        premise_done_(rule.premises.size(), false),
        condition_done_(rule.conditions.size(), false) {
    plan_.new_premise = new_premise;
  }

  Plan make() {
    if (rule_.location.kind != Use::Kind::kVariable) place_location();
    place_what_is_bound();
    if (plan_.new_premise != kNoIndex) join(plan_.new_premise);
    while (true) {
      place_what_is_bound();
      const uint32_t next = most_bound_premise();
      if (next == kNoIndex) break;
      join(next);
    }
    // The location is only in a negated premise: the clock binds it.
    if (!location_done_) {
      add(Operation::Kind::kEachNode);
      bound_[rule_.location.variable] = true;
      location_done_ = true;
      place_what_is_bound();
    }
    for (uint32_t i = 0; i < rule_.premises.size(); ++i) {
      if (!premise_done_[i]) place_absence(i);
    }
    return std::move(plan_);
  }

 private:
  void add(Operation::Kind kind, uint32_t condition = 0) {
    Operation operation;
    operation.kind = kind;
    operation.premise = condition;
    plan_.operations.push_back(std::move(operation));
  }

  void place_location() {
    add(Operation::Kind::kAtNode);
    location_done_ = true;
  }

  /// Variables of a negated premise that no positive one binds are wildcards.
  bool is_wildcard(VariableId variable) const {
    if (rule_.location.kind == Use::Kind::kVariable &&
        rule_.location.variable == variable) {
      return false;
    }
    for (const uint32_t i : rule_.positive) {
      for (const Use& use : rule_.premises[i].columns) {
        if (use.kind == Use::Kind::kVariable && use.variable == variable) return false;
      }
    }
    return true;
  }

  void place_what_is_bound() {
    if (!location_done_ && rule_.location.kind == Use::Kind::kVariable &&
        bound_[rule_.location.variable]) {
      place_location();
    }
    for (uint32_t i = 0; i < rule_.conditions.size(); ++i) {
      if (condition_done_[i] || !is_bound(rule_.conditions[i])) continue;
      condition_done_[i] = true;
      add(Operation::Kind::kCondition, i);
    }
    for (uint32_t i = 0; i < rule_.premises.size(); ++i) {
      const CompiledPremise& premise = rule_.premises[i];
      if (premise_done_[i] || !premise.negated) continue;
      const bool ready = std::all_of(
          premise.columns.begin(), premise.columns.end(), [&](const Use& use) {
            return use.kind != Use::Kind::kVariable || bound_[use.variable] ||
                   is_wildcard(use.variable);
          });
      if (ready) place_absence(i);
    }
  }

  bool is_bound(const CompiledExpression& expression) const {
    return std::all_of(expression.steps.begin(), expression.steps.end(),
                       [&](const CompiledExpression::Step& step) {
                         return step.is_operator ||
                                step.use.kind != Use::Kind::kVariable ||
                                bound_[step.use.variable];
                       });
  }

  uint32_t most_bound_premise() const {
    uint32_t best = kNoIndex;
    int best_score = -1;
    for (const uint32_t i : rule_.positive) {
      if (premise_done_[i]) continue;
      int bound = 0;
      const auto& columns = rule_.premises[i].columns;
      for (const Use& use : columns) {
        if (use.kind == Use::Kind::kConstant ||
            (use.kind == Use::Kind::kVariable && bound_[use.variable])) {
          ++bound;
        }
      }
      int score = bound * 4;
      if (bound == static_cast<int>(columns.size())) score += 1000;
      if (rule_.premises[i].pin != kNoIndex) score += 1;
      if (score > best_score) {
        best = i;
        best_score = score;
      }
    }
    return best;
  }

  Operation look(uint32_t i) {
    const CompiledPremise& premise = rule_.premises[i];
    Operation operation;
    operation.premise = i;
    std::vector<VariableId> first_here;
    for (uint32_t column = 0; column < premise.columns.size(); ++column) {
      const Use& use = premise.columns[column];
      if (use.kind == Use::Kind::kAny) continue;
      const ColumnAction action{column, use};
      if (use.kind == Use::Kind::kConstant || bound_[use.variable]) {
        operation.keys.push_back(action);
      } else if (std::find(first_here.begin(), first_here.end(), use.variable) !=
                 first_here.end()) {
        operation.checks.push_back(action);
      } else {
        first_here.push_back(use.variable);
        operation.binds.push_back(action);
      }
    }
    operation.all_bound = operation.keys.size() == premise.columns.size();
    if (!operation.all_bound && !operation.keys.empty()) {
      operation.index = index_of(premise, operation.keys);
    }
    return operation;
  }

  /// The same number in the slot of the relation and in that of its pin.
  uint32_t index_of(const CompiledPremise& premise,
                    const std::vector<ColumnAction>& keys) {
    std::vector<uint32_t> columns;
    for (const ColumnAction& key : keys) columns.push_back(key.column);
    auto& lists = program_.indices[premise.relation];
    const auto known = std::find(lists.begin(), lists.end(), columns);
    if (known != lists.end()) return static_cast<uint32_t>(known - lists.begin());
    lists.push_back(columns);
    return static_cast<uint32_t>(lists.size() - 1);
  }

  void join(uint32_t i) {
    Operation operation = look(i);
    operation.kind = Operation::Kind::kJoin;
    operation.range = range_of(i);
    for (const ColumnAction& bind : operation.binds) bound_[bind.use.variable] = true;
    premise_done_[i] = true;
    plan_.operations.push_back(std::move(operation));
  }

  void place_absence(uint32_t i) {
    Operation operation = look(i);
    operation.kind = Operation::Kind::kAbsent;
    premise_done_[i] = true;
    plan_.operations.push_back(std::move(operation));
  }

  /// Premises before the new one see what is there, those behind it only what was there
  /// before: so every combination is met once.
  Operation::Range range_of(uint32_t i) const {
    if (!in_component_[i]) return Operation::Range::kAll;
    if (plan_.new_premise == kNoIndex || i < plan_.new_premise) {
      return Operation::Range::kCurrent;
    }
    return i == plan_.new_premise ? Operation::Range::kNew : Operation::Range::kOld;
  }

  CompiledProgram& program_;
  const CompiledRule& rule_;
  const std::vector<bool>& in_component_;
  std::vector<bool> bound_;
  std::vector<bool> premise_done_;
  std::vector<bool> condition_done_;
  bool location_done_ = false;
  Plan plan_;
};

}  // namespace

Plan make_plan(CompiledProgram& program, const CompiledRule& rule, uint32_t new_premise,
               const std::vector<bool>& in_component) {
  return Planner(program, rule, new_premise, in_component).make();
}

Slot slot_of(const CompiledProgram& program, const CompiledPremise& premise) {
  return premise.pin == kNoIndex ? premise.relation : program.pins[premise.pin].slot;
}

}  // namespace cutset::dedalus
