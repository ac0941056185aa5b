#include "dedalus/evaluation/machine.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::dedalus {

Result<std::unique_ptr<Machine>> Machine::create(Program program, FailureSpec spec,
                                                 SimulatorLimits limits) {
  CUTSET_TRY(check(spec));
  std::unique_ptr<Machine> machine(
      new Machine(std::move(program), std::move(spec), std::move(limits)));
  CUTSET_TRY(machine->prepare());
  return machine;
}

Machine::Machine(Program of, FailureSpec within, SimulatorLimits limited)
    : program(std::move(of)), spec(std::move(within)), limits(std::move(limited)) {
  for (const std::string& node : spec.nodes) values.text(node);
}

Status Machine::prepare() {
  CUTSET_ASSIGN(compiled, dedalus::compile(program, spec, values));
  evaluator_ = std::make_unique<StepEvaluator>(compiled, tuples, values,
                                               static_cast<uint32_t>(spec.nodes.size()));
  if (program.facts.size() > limits.max_tuples) {
    return Error::bad_input(
        fmt::format("the program has {} facts, more than the {} tuples of a run "
                    "(--max-tuples)",
                    program.facts.size(), limits.max_tuples));
  }
  std::vector<Value> columns;
  for (const Fact& fact : program.facts) {
    if (fact.time < 0 || fact.time > std::numeric_limits<Time>::max()) continue;
    columns.clear();
    for (const Constant& constant : fact.columns) {
      columns.push_back(values.constant(constant));
    }
    facts_[static_cast<Time>(fact.time)].push_back(tuples.intern(fact.relation, columns));
  }
  for (auto& [time, facts] : facts_) {
    std::sort(facts.begin(), facts.end(), [&](TupleId left, TupleId right) {
      return std::pair(tuples.label(left), left) < std::pair(tuples.label(right), right);
    });
    facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  }
  intern_facts();
  plan_ = std::make_unique<FaultPlan>(spec);
  CUTSET_ASSIGN(fault_free_, run({}));
  find_outcomes();
  return {};
}

void Machine::intern_facts() {
  set_.clear();
  CHECK(intern_set(set_) == 0);  // the empty set
  fact_sets_.assign(static_cast<size_t>(spec.eot) + 2, 0);
  for (Time time = 1; time <= spec.eot + 1; ++time) {
    const auto facts = this->facts(time);
    if (facts.empty()) continue;
    set_.assign(facts.begin(), facts.end());
    fact_sets_[time] = intern_set(set_);
  }
}

std::span<const TupleId> Machine::facts(Time time) const {
  const auto found = facts_.find(time);
  if (found == facts_.end()) return {};
  return found->second;
}

std::span<const TupleId> Machine::facts(RelationId relation, Time time) const {
  const auto facts = this->facts(time);
  const auto begin = std::partition_point(facts.begin(), facts.end(), [&](TupleId fact) {
    return tuples.label(fact) < relation;
  });
  const auto end = std::partition_point(
      begin, facts.end(), [&](TupleId fact) { return tuples.label(fact) == relation; });
  return {begin, end};
}

void Machine::find_outcomes() {
  const auto& last = *fault_free_.steps_[spec.eot];
  const auto post = last.of(compiled.post);
  outcomes.assign(post.begin(), post.end());
  vacuous_ = outcomes.empty() || last.of(compiled.pre).empty();
  for (const TupleId outcome : outcomes) {
    preconditions_[outcome] = precondition_of(outcome);
  }
  if (vacuous_) fault_free_.verdict_ = RunVerdict::kVacuous;
}

TupleId Machine::precondition_of(TupleId outcome) {
  const auto words = tuples.words(outcome);
  return tuples.intern(compiled.pre, std::vector<Value>(words.begin(), words.end()));
}

SetId Machine::intern_set(std::vector<TupleId>& set) {
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return sets_.intern(0, set);
}

void Machine::limit_memory() {
  const uint64_t bytes = kept_bytes_ + sets_.bytes() + contexts_.bytes();
  if (bytes <= limits.max_kept_bytes) return;
  core_steps_.clear();
  judgements_.clear();
  whole_steps_.clear();
  sets_.clear();
  contexts_.clear();
  kept_bytes_ = 0;
  intern_facts();
}

Allowance Machine::allowance() const {
  return {.tuples = limits.max_tuples,
          .firings = limits.max_tuples * kFiringsForEachTuple,
          .max_tuples = limits.max_tuples,
          .stop = &limits.stop};
}

std::string Machine::relation_name(RelationId relation) const {
  if (relation < compiled.relations) return program.relations[relation].name;
  const auto& aggregation = compiled.aggregations[relation - compiled.relations];
  return fmt::format("rule {}'s contributions", aggregation.rule + 1);
}

std::string Machine::tuple_text(RelationId relation,
                                std::span<const Value> columns) const {
  std::string text = relation_name(relation) + "(";
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) text += ", ";
    if (columns[i] == kAnyValue) {
      text += "_";
    } else if (columns[i] >= kFirstMark) {
      text += fmt::format("= column {}", columns[i] - kFirstMark + 1);
    } else {
      text += values.show(columns[i]);
    }
  }
  return text + ")";
}

bool Machine::tuple_less(TupleId left, TupleId right) const {
  if (tuples.label(left) != tuples.label(right)) {
    return tuples.label(left) < tuples.label(right);
  }
  const auto a = tuples.words(left);
  const auto b = tuples.words(right);
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [&](Value x, Value y) { return values.less(x, y); });
}

}  // namespace cutset::dedalus
