// The outcomes that a history can be asked for; one file each, pure functions of the
// history. docs/history.md says what each means and which operations it looks at.
//
// All of them are lenient where the history is silent: an operation that is info may have
// happened at any time after its invocation, or never, and no verdict is "violated" that
// one of these possibilities could explain.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "history/judgement.h"
#include "history/operations.h"

#include "base/result.h"

namespace cutset::history {

/// Every acknowledged write can be read at the end. Looks at write, delete, add and at
/// the final reads: those of phase "final", or, where no operation has it, the last reads
/// that begin after every write of their key.
///
/// A key that is written over holds if what is read can be the last of its writes; an
/// `add` holds if its element is in the list that is read.
Judgement check_acknowledged_writes(const History& history);

/// A read may miss only writes that were acknowledged less than `bound` before it began.
/// Requires times: inconclusive without.
Judgement check_staleness(const History& history, std::chrono::nanoseconds bound);

/// Between `acquire` ok and the invocation of the `release` that follows, nobody else
/// holds the same key. With `lease` a hold ends by itself that long after the acquire
/// was *invoked*; 0: never.
Judgement check_mutual_exclusion(const History& history, std::chrono::nanoseconds lease);

struct SearchBounds {
  size_t most_states = 2'000'000;          // of one key
  size_t most_bytes = size_t{1} << 30;     // what they may take
  std::chrono::milliseconds time{60'000};  // all keys together
};

/// read, write, delete and cas on each key happen at one moment between invocation and
/// completion. Where all writes of a key differ and there is no cas this is decided at
/// once (value_zones.h), else searched for (linear_search.h). A bound of the search that
/// passes: inconclusive.
Judgement check_linearizable(const History& history, const SearchBounds& bounds);

struct QueueRules {
  bool duplicates_allowed = true;  // at least once
};

/// Every acknowledged enqueue is dequeued (or in a drain), nothing else comes out, and
/// nothing twice unless that is allowed. A queue that was not seen empty at the end makes
/// missing messages inconclusive.
Judgement check_queue(const History& history, const QueueRules& rules);

/// After the last remark "heal", each kind of operation succeeds again within `within`.
Judgement check_recovery(const History& history, std::chrono::nanoseconds within);

/// Runs `command` with the history's path as last argument: exit code 0 held, 1 violated,
/// 2 inconclusive; anything else, and a time-out, is inconclusive too. The first line it
/// prints is the explanation. Error: the program cannot be started.
Result<Judgement> check_by_command(const std::vector<std::string>& command,
                                   const std::string& folder, const std::string& path,
                                   std::chrono::milliseconds deadline);

}  // namespace cutset::history
