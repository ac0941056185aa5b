#include <algorithm>
#include <map>

#include "history/checkers/checkers.h"
#include <fmt/format.h>

namespace cutset::history {

namespace {

/// What became of one kind of operation after the healing.
struct Kind {
  size_t tried = 0;
  const Operation* first_ok = nullptr;
  const Operation* last_tried = nullptr;
};

const Remark* last_heal(const History& history) {
  const Remark* found = nullptr;
  for (const Remark& remark : history.remarks) {
    if (remark.f == "heal") found = &remark;
  }
  return found;
}

}  // namespace

Judgement check_recovery(const History& history, std::chrono::nanoseconds within) {
  if (!history.has_times) {
    return inconclusive("not every line has a time, so no duration is known");
  }
  const Remark* heal = last_heal(history);
  if (heal == nullptr) {
    return vacuous(
        "nothing was healed: no line with f \"heal\" of a process with a name");
  }
  std::map<std::string, Kind> kinds;
  for (const Operation& operation : history.operations) {
    if (operation.invoked < heal->moment) continue;
    Kind& kind = kinds[operation.f];
    ++kind.tried;
    kind.last_tried = &operation;
    if (!operation.ok()) continue;
    if (kind.first_ok == nullptr || operation.completed < kind.first_ok->completed) {
      kind.first_ok = &operation;
    }
  }
  if (kinds.empty()) return inconclusive("no operation began after the healing");
  const int64_t deadline = heal->time_ns + within.count();
  Judgement judgement;
  int64_t slowest = 0;
  bool is_undecided = false;
  for (const auto& [f, kind] : kinds) {
    if (kind.first_ok != nullptr && kind.first_ok->completed_ns <= deadline) {
      slowest = std::max(slowest, kind.first_ok->completed_ns - heal->time_ns);
      continue;
    }
    const Operation& last = *kind.last_tried;
    const int64_t tried_until = std::max(last.completed_ns, last.invoked_ns);
    if (kind.first_ok == nullptr && tried_until < deadline) {
      is_undecided = true;
      judgement.notes.push_back(
          fmt::format("no {} succeeded, and none was tried until the time was over", f));
      continue;
    }
    const std::string what =
        kind.first_ok != nullptr
            ? fmt::format("the first {} that succeeds after the healing comes {} later",
                          f, seconds_text(kind.first_ok->completed_ns - heal->time_ns))
            : fmt::format("none of {} {} after the healing succeeds; the last: {}{}",
                          kind.tried, f, last.shown(),
                          last.error.empty() ? "" : ": " + last.error);
    judgement.add_fault({"did-not-recover", "", "", last.line, what});
  }
  judgement.count("kinds", kinds.size());
  judgement.count("not_recovered", judgement.fault_count);
  if (judgement.fault_count > 0) {
    judgement.verdict = Verdict::kDidNotRecover;
    judgement.explanation = fmt::format("not within {}: {}", seconds_text(within.count()),
                                        judgement.faults[0].text);
  } else if (is_undecided) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.explanation = judgement.notes[0];
  } else {
    judgement.explanation =
        fmt::format("everything succeeds again after {}", seconds_text(slowest));
  }
  return judgement;
}

}  // namespace cutset::history
