#include "dedalus/evaluation/run.h"

#include <algorithm>

#include "base/check.h"
#include "dedalus/evaluation/fault_plan.h"
#include "dedalus/evaluation/firing_reader.h"
#include "dedalus/evaluation/machine.h"
#include "dedalus/evaluation/refuter.h"
#include "dedalus/evaluation/step.h"

namespace cutset::dedalus {
namespace {

std::span<const FiringRef> refs_of(const std::vector<FiringRef>& refs, TupleId head) {
  const auto begin = std::partition_point(
      refs.begin(), refs.end(), [&](const FiringRef& ref) { return ref.head < head; });
  auto end = begin;
  while (end != refs.end() && end->head == head) ++end;
  return {begin, end};
}

}  // namespace

std::span<const TupleId> Run::rows(RelationId relation, Time time) const {
  if (time < 1 || static_cast<size_t>(time) >= steps_.size()) {
    return machine_->facts(relation, time);
  }
  return steps_[time]->of(relation);
}

bool Run::holds(Goal goal) const {
  const auto rows = this->rows(machine_->tuples.label(goal.tuple), goal.time);
  return std::binary_search(rows.begin(), rows.end(), goal.tuple);
}

std::vector<TupleId> Run::tuples(RelationId relation, Time time) const {
  const auto rows = this->rows(relation, time);
  std::vector<TupleId> sorted(rows.begin(), rows.end());
  std::sort(sorted.begin(), sorted.end(), [&](TupleId left, TupleId right) {
    return machine_->tuple_less(left, right);
  });
  return sorted;
}

std::vector<Message> Run::messages() const {
  std::vector<Message> messages;
  for (Time time = 1; static_cast<size_t>(time) + 1 < steps_.size(); ++time) {
    for (const SentMessage& sent : steps_[time]->messages) {
      messages.push_back({.from = sent.from,
                          .to = sent.to,
                          .sent = time,
                          .tuple = sent.tuple,
                          .delivered = plan_->arrives(sent.from, sent.to, time)});
    }
  }
  return messages;
}

bool Run::is_fact(Goal goal) const {
  const auto facts = machine_->facts(goal.time);
  if (std::find(facts.begin(), facts.end(), goal.tuple) != facts.end()) return true;
  return machine_->tuples.label(goal.tuple) == machine_->compiled.crash &&
         goal.time >= 1 && goal.time <= machine_->spec.eot && holds(goal);
}

void Run::firings_of(Goal goal, const std::function<void(const Firing&)>& see) const {
  FiringReader reader(*machine_);
  Firing firing;
  if (goal.time < 1 || static_cast<size_t>(goal.time) >= steps_.size()) return;
  const Step& step = *steps_[goal.time];
  for (const FiringRef& ref : refs_of(step.derived, goal.tuple)) {
    reader.read(step, ref.at, goal.time, firing);
    see(firing);
  }
  if (goal.time == 1) return;
  const Step& before = *steps_[goal.time - 1];
  for (const FiringRef& ref : refs_of(before.emitted, goal.tuple)) {
    reader.read(before, ref.at, goal.time - 1, firing);
    if (firing.has_delivery &&
        !plan_->arrives(firing.delivery.from, firing.delivery.to, firing.delivery.time)) {
      continue;
    }
    see(firing);
  }
}

bool Run::holds(const Absence& absence) const {
  const auto pattern = machine_->patterns.words(absence.pattern);
  const auto rows = this->rows(machine_->patterns.label(absence.pattern), absence.time);
  return std::none_of(rows.begin(), rows.end(), [&](TupleId tuple) {
    return matches(pattern, machine_->tuples.words(tuple)) &&
           !std::binary_search(absence.except.begin(), absence.except.end(), tuple);
  });
}

Refutation Run::why_absent(const Absence& absence) const {
  CHECK(holds(absence));
  return Refuter(*machine_, *this).refute(absence);
}

}  // namespace cutset::dedalus
