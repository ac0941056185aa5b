#include "dedalus/evaluation/step_evaluator.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "dedalus/evaluation/aggregation.h"

namespace cutset::dedalus {
namespace {

constexpr uint32_t kWorkBetweenStops = 1U << 13;
constexpr size_t kMaxKnownTuples = 1U << 24;
/// Below it, walking over all rows is faster than an index.
constexpr uint32_t kFewRows = 8;

}  // namespace

Error Allowance::too_many_tuples() const {
  return Error::bad_input(
      fmt::format("the run has more than {} tuples: does the program count without end, "
                  "or join everything with everything? (--max-tuples)",
                  max_tuples));
}

Error Allowance::too_many_firings() const {
  return Error::bad_input(
      fmt::format("the run uses its rules more than {} times: does one of them join "
                  "everything with everything? (--max-tuples, {} uses for each)",
                  max_tuples * kFiringsForEachTuple, kFiringsForEachTuple));
}

Status Allowance::use(uint64_t used_tuples, uint64_t used_firings) {
  if (used_tuples > tuples) return too_many_tuples();
  if (used_firings > firings) return too_many_firings();
  tuples -= used_tuples;
  firings -= used_firings;
  return {};
}

StepEvaluator::StepEvaluator(const CompiledProgram& program, WordTable& tuples,
                             ValueTable& values, uint32_t nodes)
    : program_(program),
      tuples_(tuples),
      values_(values),
      nodes_(nodes),
      workspace_(program, tuples),
      calculator_(values) {
  uint32_t variables = 0;
  size_t premises = 0;
  for (const CompiledRule& rule : program.rules) {
    variables = std::max(variables, rule.variables);
    premises = std::max(premises, rule.premises.size());
  }
  variables_.resize(variables);
  met_.resize(premises);
}

Status StepEvaluator::evaluate(const StepRequest& request, Allowance& allowance) {
  request_ = &request;
  allowance_ = &allowance;
  failure_ = Failure::kNone;
  next_.clear();
  messages_.clear();
  firings_.clear();
  load(request);
  for (const Component& component : program_.components) {
    if (failure_ != Failure::kNone) return status();
    if (is_wanted(component)) run(component);
  }
  first_emitted_ = firings_.size();
  if (request.part != StepRequest::Part::kJudged) {
    const auto& rules = request.part == StepRequest::Part::kAll ? program_.emitting
                                                                : program_.core_emitting;
    for (const uint32_t rule : rules) {
      if (failure_ != Failure::kNone) return status();
      run(program_.rules[rule], program_.rules[rule].plans.front());
    }
    std::sort(next_.begin(), next_.end());
    next_.erase(std::unique(next_.begin(), next_.end()), next_.end());
    std::sort(messages_.begin(), messages_.end());
    messages_.erase(std::unique(messages_.begin(), messages_.end()), messages_.end());
  }
  return status();
}

bool StepEvaluator::is_wanted(const Component& component) const {
  switch (request_->part) {
    case StepRequest::Part::kCore:
      return component.is_core;
    case StepRequest::Part::kJudged:
      return component.is_judged;
    case StepRequest::Part::kAll:
      break;
  }
  return true;
}

void StepEvaluator::load(const StepRequest& request) {
  workspace_.clear();
  for (const TupleId tuple : request.input) {
    if (workspace_.add(tuple) && !count_tuple()) return;
  }
  for (const TupleId tuple : request.crashes) workspace_.add(tuple);
  for (size_t i = 0; i < request.pins.size(); ++i) {
    if (request.pins[i].is_now) continue;
    for (const TupleId tuple : request.pins[i].tuples) {
      if (tuples_.label(tuple) == program_.pins[i].relation) {
        workspace_.add_to_pin(program_.pins[i].slot, tuple);
      }
    }
  }
}

void StepEvaluator::run(const Component& component) {
  for (const uint32_t aggregation : component.aggregations) {
    aggregate(program_.aggregations[aggregation]);
  }
  for (const RelationId head : component.heads) {
    workspace_.flush(head);
    workspace_.start_rounds(head);
  }
  for (const uint32_t index : component.rules) {
    run(program_.rules[index], program_.rules[index].plans.front());
    if (failure_ != Failure::kNone) return;
  }
  while (true) {
    bool grew = false;
    for (const RelationId head : component.heads) grew |= workspace_.flush(head);
    if (!grew || !component.is_recursive) return;
    for (const uint32_t index : component.rules) {
      const CompiledRule& rule = program_.rules[index];
      for (size_t i = 1; i < rule.plans.size(); ++i) {
        run(rule, rule.plans[i]);
        if (failure_ != Failure::kNone) return;
      }
    }
  }
}

void StepEvaluator::aggregate(const CompiledAggregation& aggregation) {
  premises_ = workspace_.rows(aggregation.contributions);
  for_each_group(aggregation, premises_, tuples_, [&](std::span<const TupleId> group) {
    aggregate_group(aggregation, group, tuples_, values_, head_);
    const TupleId head = tuples_.intern(aggregation.head, head_);
    if (workspace_.derive(head) && !count_tuple()) return false;
    if (request_->part == StepRequest::Part::kAll) {
      const auto index =
          static_cast<uint32_t>(&aggregation - program_.aggregations.data());
      record(index | kAggregationFlag, head, kNoNode, group);
    }
    return count_work();
  });
}

void StepEvaluator::run(const CompiledRule& rule, const Plan& plan) {
  if (plan.new_premise != kNoIndex) {
    bool is_own = false;
    const Slot slot = slot_of(rule.premises[plan.new_premise], is_own);
    const RowRange range = workspace_.range(slot, Operation::Range::kNew);
    if (!is_own || range.begin == range.end) return;
  }
  rule_ = &rule;
  plan_ = &plan;
  execute(0);
}

Slot StepEvaluator::slot_of(const CompiledPremise& premise, bool& is_own) const {
  is_own = premise.pin == kNoIndex || request_->pins[premise.pin].is_now;
  return is_own ? premise.relation : program_.pins[premise.pin].slot;
}

bool StepEvaluator::execute(size_t at) {
  if (at == plan_->operations.size()) return fire();
  const Operation& operation = plan_->operations[at];
  switch (operation.kind) {
    case Operation::Kind::kJoin:
      return execute_join(operation, at + 1);
    case Operation::Kind::kAbsent:
      if (!count_work()) return false;
      return holds_absence(operation) ? execute(at + 1) : true;
    case Operation::Kind::kCondition:
      return calculator_.is_true(rule_->conditions[operation.premise], variables_)
                 ? execute(at + 1)
                 : true;
    case Operation::Kind::kAtNode:
      return is_at_node() ? execute(at + 1) : true;
    case Operation::Kind::kEachNode:
      return execute_each_node(at + 1);
  }
  return true;
}

bool StepEvaluator::execute_join(const Operation& operation, size_t next) {
  const CompiledPremise& premise = rule_->premises[operation.premise];
  bool is_own = false;
  const Slot slot = slot_of(premise, is_own);
  const RowRange range =
      workspace_.range(slot, is_own ? operation.range : Operation::Range::kAll);
  if (range.begin == range.end) return true;
  const auto meet = [&](TupleId tuple) {
    if (!count_work()) return false;
    if (!bind(operation, tuples_.words(tuple))) return true;
    met_[operation.premise] = tuple;
    return execute(next);
  };
  if (operation.all_bound && is_own) {
    read_key(operation);
    const TupleId tuple = tuples_.find(premise.relation, key_);
    if (tuple == WordTable::kNone) return count_work();
    const uint32_t row = workspace_.row_of(tuple);
    if (row < range.begin || row >= range.end) return count_work();
    met_[operation.premise] = tuple;
    return execute(next);
  }
  const auto& rows = workspace_.rows(slot);
  if (operation.index == kNoIndex || range.end - range.begin <= kFewRows) {
    for (uint32_t row = range.begin; row < range.end; ++row) {
      if (!meet(rows[row])) return false;
    }
    return true;
  }
  read_key(operation);
  for (uint32_t row = workspace_.first_match(slot, operation.index, key_);
       row != Workspace::kNoRow && row >= range.begin;
       row = workspace_.next_match(slot, operation.index, row)) {
    if (row < range.end && !meet(rows[row])) return false;
  }
  return true;
}

/// The keys fit: then the variables are bound, and equal columns compared.
bool StepEvaluator::bind(const Operation& operation, std::span<const Value> words) {
  if (!matches(operation, words)) return false;
  for (const ColumnAction& action : operation.binds) {
    variables_[action.use.variable] = words[action.column];
  }
  return std::all_of(operation.checks.begin(), operation.checks.end(),
                     [&](const ColumnAction& action) {
                       return variables_[action.use.variable] == words[action.column];
                     });
}

bool StepEvaluator::matches(const Operation& operation,
                            std::span<const Value> words) const {
  return std::all_of(operation.keys.begin(), operation.keys.end(),
                     [&](const ColumnAction& action) {
                       const Value wanted = action.use.kind == Use::Kind::kConstant
                                                ? action.use.constant
                                                : variables_[action.use.variable];
                       return wanted == words[action.column];
                     });
}

void StepEvaluator::read_key(const Operation& operation) {
  key_.clear();
  for (const ColumnAction& action : operation.keys) {
    key_.push_back(action.use.kind == Use::Kind::kConstant
                       ? action.use.constant
                       : variables_[action.use.variable]);
  }
}

bool StepEvaluator::holds_absence(const Operation& operation) {
  const CompiledPremise& premise = rule_->premises[operation.premise];
  bool is_own = false;
  const Slot slot = slot_of(premise, is_own);
  const auto& rows = workspace_.rows(slot);
  if (rows.empty()) return true;
  if (operation.keys.empty() && operation.checks.empty()) return false;
  if (operation.all_bound && is_own) {
    read_key(operation);
    const TupleId tuple = tuples_.find(premise.relation, key_);
    return tuple == WordTable::kNone || workspace_.row_of(tuple) == Workspace::kNoRow;
  }
  if (operation.index == kNoIndex || rows.size() <= kFewRows) {
    return std::none_of(rows.begin(), rows.end(), [&](TupleId tuple) {
      return bind(operation, tuples_.words(tuple));
    });
  }
  read_key(operation);
  for (uint32_t row = workspace_.first_match(slot, operation.index, key_);
       row != Workspace::kNoRow;
       row = workspace_.next_match(slot, operation.index, row)) {
    if (bind(operation, tuples_.words(rows[row]))) return false;
  }
  return true;
}

bool StepEvaluator::is_at_node() const {
  if (rule_->location.kind == Use::Kind::kAny) {
    return std::popcount(request_->down) < static_cast<int>(nodes_);
  }
  const NodeIndex node = location();
  return node < nodes_ && (request_->down >> node & 1) == 0;
}

bool StepEvaluator::execute_each_node(size_t next) {
  for (NodeIndex node = 0; node < nodes_; ++node) {
    if ((request_->down >> node & 1) != 0) continue;
    if (!count_work()) return false;
    variables_[rule_->location.variable] = ValueTable::text_value(node);
    if (!execute(next)) return false;
  }
  return true;
}

/// kNoNode: any. A value that is no node gives a number above all nodes.
NodeIndex StepEvaluator::location() const {
  switch (rule_->location.kind) {
    case Use::Kind::kConstant:
      return ValueTable::text_index(rule_->location.constant);
    case Use::Kind::kVariable:
      return ValueTable::text_index(variables_[rule_->location.variable]);
    case Use::Kind::kAny:
      break;
  }
  return kNoNode;
}

bool StepEvaluator::fire() {
  head_.clear();
  for (const CompiledExpression& column : rule_->head_columns) {
    Value value = 0;
    if (!calculator_.value(column, variables_, value)) return true;
    head_.push_back(value);
  }
  const NodeIndex location = this->location();
  const NodeIndex to = ValueTable::text_index(head_.front());
  if (rule_->kind == CompiledRule::Kind::kAsync && to >= nodes_) return true;
  if (allowance_->firings == 0) {
    failure_ = Failure::kFirings;
    return false;
  }
  --allowance_->firings;
  const TupleId head = tuples_.intern(rule_->head, head_);
  if (tuples_.size() > kMaxKnownTuples) {
    failure_ = Failure::kKnown;
    return false;
  }
  switch (rule_->kind) {
    case CompiledRule::Kind::kDeductive:
    case CompiledRule::Kind::kContribution:
      if (workspace_.derive(head) && !count_tuple()) return false;
      break;
    case CompiledRule::Kind::kNext:
      next_.push_back(head);
      break;
    case CompiledRule::Kind::kAsync:
      messages_.push_back({location == kNoNode ? to : location, to, head});
      break;
  }
  if (request_->part == StepRequest::Part::kAll) {
    premises_.clear();
    for (const uint32_t premise : rule_->positive) premises_.push_back(met_[premise]);
    record(static_cast<uint32_t>(rule_ - program_.rules.data()), head, location,
           premises_);
  }
  return true;
}

void StepEvaluator::record(uint32_t rule, TupleId head, NodeIndex location,
                           std::span<const TupleId> premises) {
  firings_.insert(firings_.end(),
                  {rule, head, location, static_cast<uint32_t>(premises.size())});
  firings_.insert(firings_.end(), premises.begin(), premises.end());
}

bool StepEvaluator::count_tuple() {
  if (allowance_->tuples == 0) {
    failure_ = Failure::kTuples;
    return false;
  }
  --allowance_->tuples;
  return true;
}

bool StepEvaluator::count_work() {
  if (++work_ < kWorkBetweenStops) return true;
  work_ = 0;
  if (*allowance_->stop && (*allowance_->stop)()) {
    failure_ = Failure::kStopped;
    return false;
  }
  return true;
}

Status StepEvaluator::status() const {
  switch (failure_) {
    case Failure::kNone:
      return {};
    case Failure::kTuples:
      return allowance_->too_many_tuples();
    case Failure::kFirings:
      return allowance_->too_many_firings();
    case Failure::kKnown:
      return Error::bad_input(fmt::format(
          "all runs together have met more than {} different tuples: more than are kept; "
          "use a smaller EOT, or fewer nodes",
          kMaxKnownTuples));
    case Failure::kStopped:
      break;
  }
  return Error::interrupted("stopped during a run");
}

}  // namespace cutset::dedalus
