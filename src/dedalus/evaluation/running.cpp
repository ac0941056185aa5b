// Machine: whole runs, with every table and firing.
#include <algorithm>

#include "base/check.h"
#include "dedalus/evaluation/machine.h"

namespace cutset::dedalus {
namespace {

/// Rows of Step::firings in [at, end), by head; of one head in the order of firing.
std::vector<FiringRef> by_head(const std::vector<uint32_t>& firings, size_t at,
                               size_t end) {
  std::vector<FiringRef> refs;
  while (at < end) {
    refs.push_back({firings[at + 1], static_cast<uint32_t>(at)});
    at += kFiringHeader + firings[at + 3];
  }
  std::stable_sort(refs.begin(), refs.end(),
                   [](const FiringRef& left, const FiringRef& right) {
                     return left.head < right.head;
                   });
  return refs;
}

uint64_t bytes_of(const Step& step) {
  return sizeof(Step) + 128 +
         (step.tuples.size() + step.begins.size() + step.next.size() +
          step.firings.size()) *
             sizeof(uint32_t) +
         step.messages.size() * sizeof(SentMessage) +
         (step.derived.size() + step.emitted.size()) * sizeof(FiringRef);
}

}  // namespace

Result<Run> Machine::run(const ModelFaultSet& faults) {
  auto plan = std::make_shared<FaultPlan>(spec);
  CUTSET_TRY(plan->set(faults));
  limit_memory();
  ++counts.runs;
  Allowance allowance = this->allowance();
  Path path{.plan = plan.get(), .crashes = crash_tuples(*plan)};
  path.pinned.assign(compiled.pin_times.size(), 0);
  Run run;
  run.machine_ = this;
  run.faults_ = faults;
  run.plan_ = plan;
  run.steps_.resize(static_cast<size_t>(spec.eot) + 2);
  SetId input = fact_sets_[1];
  for (Time time = 1; time <= spec.eot; ++time) {
    CUTSET_ASSIGN(run.steps_[time], whole_step(path, time, input, allowance));
    const Step& step = *run.steps_[time];
    const auto pin =
        std::lower_bound(compiled.pin_times.begin(), compiled.pin_times.end(), time);
    if (pin != compiled.pin_times.end() && *pin == time) {
      path.pinned[pin - compiled.pin_times.begin()] = pinned_of(step);
    }
    input = next_input(step.next, step.messages, time, *plan);
  }
  run.steps_[spec.eot + 1] = last_step(input);
  judge(run);
  return run;
}

void Machine::judge(Run& run) const {
  const Step& last = *run.steps_[spec.eot];
  const auto holds = [&](TupleId tuple) {
    const auto rows = last.of(tuples.label(tuple));
    return std::binary_search(rows.begin(), rows.end(), tuple);
  };
  for (const TupleId outcome : outcomes) {
    if (!holds(outcome) && holds(preconditions_.at(outcome))) {
      run.violated_.push_back(outcome);
    }
  }
  if (vacuous_) {
    run.verdict_ = RunVerdict::kVacuous;
  } else if (!run.violated_.empty()) {
    run.verdict_ = RunVerdict::kViolated;
  }
}

Result<std::shared_ptr<const Step>> Machine::whole_step(const Path& path, Time time,
                                                        SetId input,
                                                        Allowance& allowance) {
  ++counts.steps_asked;
  const ContextId context = this->context(path, time, true, true);
  std::shared_ptr<const Step>& step =
      whole_steps_[static_cast<uint64_t>(input) << 32 | context];
  if (step != nullptr) {
    CUTSET_TRY(allowance.use(step->used_tuples, step->used_firings));
    return step;
  }
  ++counts.steps_evaluated;
  const Allowance before = allowance;
  const Status done = evaluator_->evaluate(
      request(path, time, input, StepRequest::Part::kAll), allowance);
  if (!done.ok()) {
    whole_steps_.erase(static_cast<uint64_t>(input) << 32 | context);
    return done.error();
  }
  auto made = copy_step();
  made->used_tuples = before.tuples - allowance.tuples;
  made->used_firings = before.firings - allowance.firings;
  kept_bytes_ += bytes_of(*made);
  step = made;
  return step;
}

std::shared_ptr<Step> Machine::copy_step() {
  auto step = std::make_shared<Step>();
  const Workspace& workspace = evaluator_->workspace();
  for (RelationId relation = 0; relation < compiled.arity.size(); ++relation) {
    step->begins.push_back(static_cast<uint32_t>(step->tuples.size()));
    const auto& rows = workspace.rows(relation);
    step->tuples.insert(step->tuples.end(), rows.begin(), rows.end());
    std::sort(step->tuples.begin() + step->begins.back(), step->tuples.end());
  }
  step->begins.push_back(static_cast<uint32_t>(step->tuples.size()));
  step->next = evaluator_->next();
  step->messages = evaluator_->messages();
  step->firings = evaluator_->firings();
  const size_t emitted = evaluator_->first_emitted();
  step->derived = by_head(step->firings, 0, emitted);
  step->emitted = by_head(step->firings, emitted, step->firings.size());
  return step;
}

/// At EOT + 1 no rule fires: what arrived stands there.
std::shared_ptr<const Step> Machine::last_step(SetId input) {
  auto step = std::make_shared<Step>();
  const auto words = sets_.words(input);
  step->tuples.assign(words.begin(), words.end());
  std::stable_sort(step->tuples.begin(), step->tuples.end(),
                   [&](TupleId left, TupleId right) {
                     return tuples.label(left) < tuples.label(right);
                   });
  size_t at = 0;
  for (RelationId relation = 0; relation <= compiled.arity.size(); ++relation) {
    while (at < step->tuples.size() && tuples.label(step->tuples[at]) < relation) ++at;
    step->begins.push_back(static_cast<uint32_t>(at));
  }
  return step;
}

SetId Machine::pinned_of(const Step& step) {
  set_.clear();
  for (RelationId relation = 0; relation < compiled.is_pinned.size(); ++relation) {
    if (!compiled.is_pinned[relation]) continue;
    const auto rows = step.of(relation);
    set_.insert(set_.end(), rows.begin(), rows.end());
  }
  return intern_set(set_);
}

}  // namespace cutset::dedalus
