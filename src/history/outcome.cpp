#include "history/outcome.h"

#include "base/check.h"

namespace cutset::history {

const std::vector<OutcomeKind>& outcome_kinds() {
  using Time = OutcomeKind::Time;
  static const std::vector<OutcomeKind> kinds = {
      {"acknowledged-writes", Time::kNone,
       "every acknowledged write can be read at the end"},
      {"linearizable", Time::kNone,
       "reads, writes and cas of each key happen one after the other, in real time"},
      {"staleness", Time::kRequired, "no read misses a write that is older than this"},
      {"mutual-exclusion", Time::kOptional,
       "nobody acquires a lock that is held; the time is the lease, if there is one"},
      {"queue-delivery", Time::kNone,
       "every acknowledged message is delivered, at least once"},
      {"queue-exactly-once", Time::kNone,
       "every acknowledged message is delivered, once"},
      {"recovery", Time::kRequired,
       "after the last fault every kind of operation succeeds again within this"},
  };
  return kinds;
}

const OutcomeKind* outcome_kind(std::string_view name) {
  for (const OutcomeKind& kind : outcome_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

Judgement judge(const History& history, const Outcome& outcome) {
  if (outcome.kind == "acknowledged-writes") return check_acknowledged_writes(history);
  if (outcome.kind == "linearizable") return check_linearizable(history, outcome.bounds);
  if (outcome.kind == "staleness") return check_staleness(history, outcome.time);
  if (outcome.kind == "mutual-exclusion") {
    return check_mutual_exclusion(history, outcome.time);
  }
  if (outcome.kind == "queue-delivery") return check_queue(history, {true});
  if (outcome.kind == "queue-exactly-once") return check_queue(history, {false});
  CHECK(outcome.kind == "recovery");
  return check_recovery(history, outcome.time);
}

}  // namespace cutset::history
