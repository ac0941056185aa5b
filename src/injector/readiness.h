// Waits until one service says that it is ready, as its `ready` in cutset.yaml asks.
//
// Thread rule: each call is independent; what it is given must be safe from its thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "injector/config.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

struct ReadinessSource {
  std::string listen;                        // "host:port" of the service itself
  std::function<bool()> is_running;          // may cost a call to the agent
  std::function<Result<std::string>()> log;  // its output since it was started
};

/// Error: unavailable, why it is not ready ("not ready within 10s: connection refused";
/// "it ended before it was ready"), interrupted.
Status await_ready(const Readiness& ready, const ReadinessSource& source,
                   const StopSignal& stop);

}  // namespace cutset::injector
