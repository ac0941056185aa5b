#include "history/checkers/checkers.h"
#include "history/checkers/linear_search.h"
#include "history/checkers/value_zones.h"
#include <fmt/format.h>

#include "base/text.h"

namespace cutset::history {

namespace {

Fault fault_of(const KeyView& view, const Operation& operation, std::string text) {
  const std::string shown = operation.ok() && operation.f == "read"
                                ? operation.value.shown()
                                : token_of(operation);
  return {"not-linearizable", view.shown, shown, operation.line, std::move(text)};
}

std::string no_order(const KeyView& view, const RegisterSteps& steps,
                     const LinearAnswer& answer) {
  std::vector<std::string> values;
  for (const int value : answer.values) {
    values.push_back(steps.values[static_cast<size_t>(value)].shown());
  }
  return fmt::format(
      "{}no order of its {} operations explains what was seen; the orders that get "
      "farthest put {} of {} acknowledged ones in line and stop at {}, when the value is "
      "{}",
      key_prefix(view), steps.steps.size(), answer.most_done, steps.acknowledged,
      answer.blocked->operation->shown(), join(values, " or "));
}

Fault no_order(const KeyView& view, const ZoneAnswer& answer) {
  if (answer.too_early != nullptr) {
    return fault_of(view, *answer.too_early,
                    fmt::format("{} was over before the only write of this value began",
                                answer.too_early->shown()));
  }
  if (answer.first == answer.fourth) {  // the value at the beginning
    return fault_of(view, *answer.fourth,
                    fmt::format("{} returns what was there at first, after {}",
                                answer.fourth->shown(), answer.third->shown()));
  }
  const std::string second =
      answer.second == answer.third
          ? answer.second->shown()
          : fmt::format("{} and {}", answer.second->shown(), answer.third->shown());
  return fault_of(view, *answer.fourth,
                  fmt::format("{} comes too late: {} was over before, and {} over before "
                              "that",
                              answer.fourth->shown(), second, answer.first->shown()));
}

}  // namespace

Judgement check_linearizable(const History& history, const SearchBounds& bounds) {
  const auto deadline = std::chrono::steady_clock::now() + bounds.time;
  Judgement judgement;
  size_t acknowledged = 0;
  size_t states = 0;
  std::string undecided;
  for (const KeyView& view : by_key(history)) {
    const RegisterSteps steps = register_steps(view);
    acknowledged += steps.acknowledged;
    if (steps.malformed != nullptr) {
      undecided =
          fmt::format("{}: cas needs a value [old, new]", steps.malformed->shown());
      continue;
    }
    if (steps.never_written != nullptr) {
      judgement.add_fault(
          fault_of(view, *steps.never_written,
                   steps.never_written->shown() + " returns what was never written"));
      continue;
    }
    if (const auto zones = order_by_zones(steps)) {
      if (!zones->is_ordered()) judgement.add_fault(no_order(view, *zones));
      continue;
    }
    const LinearAnswer answer = search_linear_order(steps.steps, bounds, deadline);
    states += answer.states;
    if (answer.kind == LinearAnswer::Kind::kNone) {
      judgement.add_fault(
          fault_of(view, *answer.blocked->operation, no_order(view, steps, answer)));
    } else if (answer.kind == LinearAnswer::Kind::kBoundPassed) {
      undecided = fmt::format(
          "{}not decided after {} states of the search over {} operations: a bound on "
          "states, memory or time passed",
          key_prefix(view), answer.states, steps.steps.size());
    }
  }
  if (acknowledged == 0) return vacuous("no read, write, delete or cas succeeded");
  judgement.count("acknowledged", acknowledged);
  judgement.count("states", states);
  if (judgement.fault_count > 0) {
    judgement.verdict = Verdict::kViolated;
    judgement.explanation = judgement.faults[0].text;
  } else if (!undecided.empty()) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.explanation = undecided;
  } else {
    judgement.explanation =
        fmt::format("all {} acknowledged operations have a linear order", acknowledged);
  }
  return judgement;
}

}  // namespace cutset::history
