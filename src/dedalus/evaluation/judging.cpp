// Machine: verdicts only. Core steps, one after the other, then the judgement.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "dedalus/evaluation/machine.h"

namespace cutset::dedalus {
namespace {

uint64_t pair_key(uint32_t upper, uint32_t lower) {
  return static_cast<uint64_t>(upper) << 32 | lower;
}

constexpr size_t kChannelBits = 64;

}  // namespace

Result<RunVerdict> Machine::judge(const ModelFaultSet& faults) {
  CUTSET_TRY(plan_->set(faults));
  if (vacuous_) return RunVerdict::kVacuous;
  limit_memory();
  ++counts.runs;
  Allowance allowance = this->allowance();
  Path path{.plan = plan_.get(), .crashes = crash_tuples(*plan_)};
  path.pinned.assign(compiled.pin_times.size(), 0);
  SetId input = fact_sets_[1];
  size_t pin = 0;
  while (pin < path.pinned.size() && compiled.pin_times[pin] < 1) ++pin;
  for (Time time = 1; time < spec.eot; ++time) {
    CUTSET_ASSIGN(CoreStep * step, core_step(path, time, input, allowance));
    if (pin < path.pinned.size() && compiled.pin_times[pin] == time) {
      path.pinned[pin++] = step->pinned;
    }
    input = successor(*step, time, *plan_);
  }
  CUTSET_ASSIGN(const Judgement* judgement, this->judgement(path, input, allowance));
  return judgement->violated.empty() ? RunVerdict::kHeld : RunVerdict::kViolated;
}

SetId Machine::crash_tuples(const FaultPlan& plan) {
  if (compiled.crash == kNoIndex || !plan.has_crashes()) return 0;
  set_.clear();
  const auto nodes = static_cast<NodeIndex>(spec.nodes.size());
  for (NodeIndex node = 0; node < nodes; ++node) {
    if (plan.crash_time(node) == 0) continue;
    for (NodeIndex observer = 0; observer < nodes; ++observer) {
      const std::array<Value, 3> columns{node_value(observer), node_value(node),
                                         values.number(plan.crash_time(node))};
      set_.push_back(tuples.intern(compiled.crash, columns));
    }
  }
  return intern_set(set_);
}

ContextId Machine::context(const Path& path, Time time, bool with_crashes,
                           bool with_pins) {
  const uint64_t down = path.plan->down(time);
  context_.assign({with_crashes ? path.crashes : 0, static_cast<uint32_t>(down),
                   static_cast<uint32_t>(down >> 32)});
  if (with_pins) {
    for (size_t i = 0; i < compiled.pin_times.size(); ++i) {
      const Time pinned = compiled.pin_times[i];
      uint32_t mark = 0;  // only the facts are known
      if (pinned == time) mark = 1;
      if (pinned >= 1 && pinned < time) mark = path.pinned[i] + 2;
      context_.push_back(mark);
    }
  }
  return contexts_.intern(0, context_);
}

void Machine::fill_pins(const Path& path, Time time) {
  pins_.clear();
  for (const Pin& pin : compiled.pins) {
    StepRequest::PinContent content;
    content.is_now = pin.time == time;
    if (pin.time >= 1 && pin.time < time) {
      const auto at = std::lower_bound(compiled.pin_times.begin(),
                                       compiled.pin_times.end(), pin.time) -
                      compiled.pin_times.begin();
      content.tuples = sets_.words(path.pinned[at]);
    } else if (!content.is_now) {
      content.tuples = facts(pin.time);
    }
    pins_.push_back(content);
  }
}

StepRequest Machine::request(const Path& path, Time time, SetId input,
                             StepRequest::Part part) {
  fill_pins(path, time);
  return {.part = part,
          .input = sets_.words(input),
          .crashes = sets_.words(path.crashes),
          .down = path.plan->down(time),
          .pins = pins_};
}

Result<Machine::CoreStep*> Machine::core_step(const Path& path, Time time, SetId input,
                                              Allowance& allowance) {
  ++counts.steps_asked;
  const ContextId context =
      this->context(path, time, compiled.core_reads_crash, compiled.core_has_pins);
  std::unique_ptr<CoreStep>& step = core_steps_[pair_key(input, context)];
  if (step != nullptr) {
    CUTSET_TRY(allowance.use(step->tuples, step->firings));
    return step.get();
  }
  ++counts.steps_evaluated;
  const Allowance before = allowance;
  const Status done = evaluator_->evaluate(
      request(path, time, input, StepRequest::Part::kCore), allowance);
  if (!done.ok()) {
    core_steps_.erase(pair_key(input, context));
    return done.error();
  }
  step = std::make_unique<CoreStep>();
  step->next = evaluator_->next();
  step->messages = evaluator_->messages();
  step->tuples = before.tuples - allowance.tuples;
  step->firings = before.firings - allowance.firings;
  for (const SentMessage& message : step->messages) {
    if (message.from == message.to && spec.crash_model != CrashModel::kStop) continue;
    const std::pair channel(message.from, message.to);
    if (step->channels.empty() || step->channels.back() != channel) {
      step->channels.push_back(channel);
    }
  }
  set_.clear();
  for (RelationId relation = 0; relation < compiled.is_pinned.size(); ++relation) {
    if (!compiled.is_pinned[relation]) continue;
    const auto& rows = evaluator_->workspace().rows(relation);
    set_.insert(set_.end(), rows.begin(), rows.end());
  }
  step->pinned = intern_set(set_);
  kept_bytes_ += sizeof(CoreStep) + 64 + step->next.size() * sizeof(TupleId) +
                 step->messages.size() * sizeof(SentMessage) +
                 step->channels.size() * sizeof(step->channels.front());
  return step.get();
}

SetId Machine::successor(CoreStep& step, Time time, const FaultPlan& plan) {
  const SetId facts = fact_sets_[time + 1];
  uint64_t lost = 0;
  if (plan.touches(time)) {
    for (size_t i = 0; i < step.channels.size(); ++i) {
      const auto [from, to] = step.channels[i];
      if (plan.arrives(from, to, time)) continue;
      // No bit for it: nothing is remembered of such a set.
      if (i >= kChannelBits) return next_input(step.next, step.messages, time, plan);
      lost |= uint64_t{1} << i;
    }
  }
  const SetId known = step.successors.find(lost, facts);
  if (known != Successors::kNone) return known;
  const SetId input = next_input(step.next, step.messages, time, plan);
  step.successors.add(lost, facts, input);
  kept_bytes_ += 2 * Successors::kEntryBytes;
  return input;
}

SetId Machine::next_input(const std::vector<TupleId>& next,
                          const std::vector<SentMessage>& messages, Time time,
                          const FaultPlan& plan) {
  const auto facts = sets_.words(fact_sets_[time + 1]);
  set_.assign(facts.begin(), facts.end());
  set_.insert(set_.end(), next.begin(), next.end());
  for (const SentMessage& message : messages) {
    if (plan.arrives(message.from, message.to, time)) set_.push_back(message.tuple);
  }
  return intern_set(set_);
}

Result<const Machine::Judgement*> Machine::judgement(const Path& path, SetId input,
                                                     Allowance& allowance) {
  ++counts.steps_asked;
  const ContextId context = this->context(path, spec.eot, compiled.judged_reads_crash,
                                          compiled.judged_has_pins);
  const uint64_t key = pair_key(input, context);
  if (const auto known = judgements_.find(key); known != judgements_.end()) {
    CUTSET_TRY(allowance.use(known->second.tuples, known->second.firings));
    return &known->second;
  }
  ++counts.steps_evaluated;
  const Allowance before = allowance;
  CUTSET_TRY(evaluator_->evaluate(
      request(path, spec.eot, input, StepRequest::Part::kJudged), allowance));
  Judgement judgement;
  judgement.tuples = before.tuples - allowance.tuples;
  judgement.firings = before.firings - allowance.firings;
  const Workspace& workspace = evaluator_->workspace();
  for (const TupleId outcome : outcomes) {
    if (workspace.row_of(outcome) == Workspace::kNoRow &&
        workspace.row_of(preconditions_.at(outcome)) != Workspace::kNoRow) {
      judgement.violated.push_back(outcome);
    }
  }
  kept_bytes_ += sizeof(Judgement) + 64;
  return &(judgements_[key] = std::move(judgement));
}

}  // namespace cutset::dedalus
