// Schedules: the fault sets of experiments as FDSL files (docs/concepts/schedule.md).
//
// What is written here is what is run: the experimenter writes a schedule, reads it back
// and arms what it read. This version executes request faults that are armed at time 0;
// the parser knows the rest of FDSL 1 and FDSL 2 well enough to say what it is and that
// it cannot be executed.
//
// Invariants of a Schedule that parse_fdsl() returned: calls are different identities;
// the callee of each call is a service of `services`; modes are complete.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "identity/call_id.h"
#include "identity/fault_mode.h"

namespace cutset::injector {

struct RequestFault {
  identity::CallId call;
  identity::FaultMode mode;

  friend bool operator==(const RequestFault&, const RequestFault&) = default;
};

struct Schedule {
  int64_t seed = 789;                                 // FDSL's default
  std::vector<std::pair<std::string, int>> services;  // of `beginning`, sorted by name
  std::vector<RequestFault> faults;                   // sorted by the text of the call
  int64_t end_seconds = 0;
  // Annotations; not executed.
  std::string run;
  std::string goal;
  std::vector<std::string> fault_texts;  // "error(503) on a:GET /#1"

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// The schedule of one experiment with its annotations filled in.
Schedule make_schedule(const std::vector<std::string>& services,
                       std::vector<RequestFault> faults, std::string run,
                       std::string goal, int64_t end_seconds);

/// Deterministic; reads back to an equal schedule.
std::string write_fdsl(const Schedule& schedule);

/// Strict: unknown keys, several keys in one event and what cannot be executed are errors
/// with a place. Unknown top-level keys are errors too, but for `cutset_finding`
/// (injector/finding_file.h).
Result<Schedule> parse_fdsl(std::string_view text, const std::string& file);
/// Every problem, in the order of the file.
std::vector<Error> lint_fdsl(std::string_view text, const std::string& file);

}  // namespace cutset::injector
