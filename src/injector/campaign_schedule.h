// Between a campaign's fault sets and schedules: `cutset run` executes request faults on
// calls named by their whole identity, armed before the workload begins, on systems with
// one instance of each service.
//
// What is written is what is run: the experimenter writes the schedule of an experiment,
// reads it back and arms what it read.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/call_id.h"
#include "identity/fault_mode.h"
#include "injector/fdsl/schedule.h"

namespace cutset::injector {

using fdsl::Schedule;

struct RequestFault {
  identity::CallId call;
  identity::FaultMode mode;

  friend bool operator==(const RequestFault&, const RequestFault&) = default;
};

/// The schedule of one experiment, with its annotations; the same fault set always gives
/// the same schedule.
Schedule make_schedule(const std::vector<std::string>& services,
                       std::vector<RequestFault> faults, std::string run,
                       std::string goal, int64_t end_seconds);

/// The faults of a schedule of this kind, sorted by the text of their calls; calls are
/// different. Error: bad_input, naming what `cutset run` cannot carry out, with its place
/// in `file`.
Result<std::vector<RequestFault>> request_faults(const Schedule& schedule,
                                                 const std::string& file);

}  // namespace cutset::injector
