#include "history/checkers/value_zones.h"

#include <algorithm>

namespace cutset::history {

namespace {

using Kind = RegisterStep::Kind;

struct Zone {
  const RegisterStep* write = nullptr;  // null: of what was there at first
  const RegisterStep* first_over = nullptr;
  const RegisterStep* last_begun = nullptr;
  bool is_initial = false;

  Moment over() const {
    if (is_initial) return 0;
    return first_over == nullptr ? kNever : first_over->completed;
  }
  Moment begun() const { return last_begun == nullptr ? 0 : last_begun->invoked; }
  bool is_forward() const { return over() < begun(); }
  bool is_used() const { return last_begun != nullptr; }
};

bool must_precede_each_other(const Zone& a, const Zone& b) {
  return a.over() < b.begun() && b.over() < a.begun();
}

void add(Zone& zone, const RegisterStep& step) {
  if (step.must &&
      (zone.first_over == nullptr || step.completed < zone.first_over->completed)) {
    zone.first_over = &step;
  }
  if (zone.last_begun == nullptr || step.invoked > zone.last_begun->invoked) {
    zone.last_begun = &step;
  }
}

const Operation* operation_of(const RegisterStep* step) {
  return step == nullptr ? nullptr : step->operation;
}

ZoneAnswer conflict(const Zone& a, const Zone& b) {
  // What was there at first was over before anything began: it stands at the beginning.
  const Zone& left = b.is_initial ? b : a;
  const Zone& right = b.is_initial ? a : b;
  ZoneAnswer answer;
  answer.first = operation_of(left.is_initial ? left.last_begun : left.first_over);
  answer.second = operation_of(right.last_begun);
  answer.third = operation_of(right.first_over);
  answer.fourth = operation_of(left.last_begun);
  return answer;
}

}  // namespace

std::optional<ZoneAnswer> order_by_zones(const RegisterSteps& steps) {
  std::vector<Zone> zones(steps.values.size());
  zones[0].is_initial = true;
  for (const RegisterStep& step : steps.steps) {
    Zone& zone = zones[static_cast<size_t>(step.value)];
    if (step.kind == Kind::kCompareAndSet) return std::nullopt;
    if (step.kind == Kind::kWrite) {
      if (zone.write != nullptr || zone.is_initial) return std::nullopt;
      zone.write = &step;
    }
    add(zone, step);
  }
  for (const RegisterStep& step : steps.steps) {
    const Zone& zone = zones[static_cast<size_t>(step.value)];
    if (step.kind == Kind::kRead && zone.write != nullptr &&
        step.completed < zone.write->invoked) {
      ZoneAnswer answer;
      answer.too_early = step.operation;
      return answer;
    }
  }
  std::vector<const Zone*> forward;
  for (const Zone& zone : zones) {
    if (zone.is_used() && zone.is_forward()) forward.push_back(&zone);
  }
  std::sort(forward.begin(), forward.end(),
            [](const Zone* a, const Zone* b) { return a->over() < b->over(); });
  for (size_t i = 1; i < forward.size(); ++i) {
    if (must_precede_each_other(*forward[i - 1], *forward[i])) {
      return conflict(*forward[i - 1], *forward[i]);
    }
  }
  // They lie one behind the other now, so at most one can hold a zone that is none.
  for (const Zone& zone : zones) {
    if (!zone.is_used() || zone.is_forward()) continue;
    const auto behind = std::partition_point(
        forward.begin(), forward.end(),
        [&](const Zone* other) { return other->over() < zone.begun(); });
    if (behind == forward.begin()) continue;
    const Zone& other = **(behind - 1);
    if (must_precede_each_other(other, zone)) return conflict(other, zone);
  }
  return ZoneAnswer{};
}

}  // namespace cutset::history
