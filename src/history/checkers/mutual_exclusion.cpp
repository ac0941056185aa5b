// A hold is certain from the completion of an acquire that is ok to the invocation of the
// release by the same process, or to the end of its lease, counted from the acquire's
// invocation. Two certain holds of one key that overlap are a violation.
#include <algorithm>
#include <map>

#include "history/checkers/checkers.h"
#include "history/key_view.h"
#include <fmt/format.h>

namespace cutset::history {

namespace {

struct Hold {
  const Operation* acquire = nullptr;
  Moment until = kNever;
  int64_t until_ns = std::numeric_limits<int64_t>::max();
};

std::vector<Hold> holds_of(const KeyView& view, int64_t lease_ns) {
  std::vector<Hold> holds;
  std::map<int64_t, size_t> held;  // process -> its hold
  for (const Operation* operation : view.operations) {
    if (operation->f == "acquire" && operation->ok()) {
      Hold hold;
      hold.acquire = operation;
      if (lease_ns > 0) hold.until_ns = operation->invoked_ns + lease_ns;
      // Whoever asks again without a release may have lost it before.
      if (const auto again = held.find(operation->process); again != held.end()) {
        Hold& earlier = holds[again->second];
        earlier.until = std::min(earlier.until, operation->invoked);
      }
      held[operation->process] = holds.size();
      holds.push_back(hold);
    } else if (operation->f == "release") {
      const auto mine = held.find(operation->process);
      if (mine == held.end()) continue;
      Hold& hold = holds[mine->second];
      hold.until = std::min(hold.until, operation->invoked);
      held.erase(mine);
    }
  }
  std::sort(holds.begin(), holds.end(), [](const Hold& a, const Hold& b) {
    return a.acquire->completed < b.acquire->completed;
  });
  return holds;
}

bool has_ended(const Hold& hold, const Operation& next) {
  return hold.until < next.completed || hold.until_ns <= next.completed_ns;
}

}  // namespace

Judgement check_mutual_exclusion(const History& history, std::chrono::nanoseconds lease) {
  if (lease.count() > 0 && !history.has_times) {
    return inconclusive("not every line has a time, so the end of a lease is not known");
  }
  Judgement judgement;
  size_t acquired = 0;
  for (const KeyView& view : by_key(history)) {
    std::vector<Hold> current;  // of different processes, certain at this moment
    for (const Hold& hold : holds_of(view, lease.count())) {
      ++acquired;
      const Operation& next = *hold.acquire;
      std::erase_if(current, [&](const Hold& other) { return has_ended(other, next); });
      for (const Hold& other : current) {
        if (other.acquire->process == next.process) continue;
        judgement.add_fault({"overlap", view.shown, token_of(next), next.line,
                             fmt::format("{} while the lock of {} was held", next.shown(),
                                         other.acquire->shown())});
      }
      // A lease that ended before its acquire was answered was never certain.
      if (hold.until_ns > next.completed_ns) current.push_back(hold);
    }
  }
  if (acquired == 0) return vacuous("no acquire succeeded");
  judgement.count("acquired", acquired);
  judgement.count("overlaps", judgement.fault_count);
  if (judgement.fault_count == 0) {
    judgement.explanation = fmt::format("{} holds, none beside another", acquired);
    return judgement;
  }
  judgement.verdict = Verdict::kViolated;
  judgement.explanation = fmt::format("{} holds beside another; first: {}",
                                      judgement.fault_count, judgement.faults[0].text);
  return judgement;
}

}  // namespace cutset::history
