// Waiting for an instance that was asked to end.
#pragma once

#include <algorithm>
#include <chrono>

#include "agent/faults/fault.h"
#include "agent/plan/body.h"

namespace cutset::agent {

/// False: it still runs after the grace, or the plan is being closed.
inline bool ended_in_time(Body& body, const FaultHost& host,
                          std::chrono::milliseconds grace) {
  constexpr std::chrono::milliseconds kLook{50};
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (!host.is_closing()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (body.await_end(std::min(left, kLook))) return true;
  }
  return false;
}

}  // namespace cutset::agent
