// The phases of a workload: load, settle, final reads.
// Thread rule: one owner thread, which starts one thread a client; `stop` from anywhere.
#pragma once

#include <atomic>

#include "driver/plan.h"
#include "driver/recorder.h"

#include "base/result.h"

namespace cutset::driver {

/// Ends when the plan's count or duration is reached and every client has its last
/// answer. Error: a client cannot be started, or the history cannot be written.
Status run_load(const Plan& plan, Recorder& recorder, const std::atomic<bool>& stop);

/// Remarks "settled" or "not-settled" with why. Returns whether it is.
Result<bool> run_settle(const Plan& plan, Recorder& recorder,
                        const std::atomic<bool>& stop);

/// Reads every key of the recorder, each until it succeeds or the time is over. Queues
/// are emptied.
Status run_final(const Plan& plan, Recorder& recorder, const std::atomic<bool>& stop);

}  // namespace cutset::driver
