// SIGINT, SIGTERM and SIGHUP become one request to stop. A second one ends the process at
// once: whatever is left is undone by the agent's lease. Thread rule: on_stop() once,
// before other threads start.
#pragma once

namespace cutset::cli {

/// `request` is called from a signal handler: it may only set flags and write to
/// descriptors.
void on_stop(void (*request)());
bool stop_was_requested();

}  // namespace cutset::cli
