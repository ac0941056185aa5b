// A stream of messages that an agent sends, read by a thread of its own.
// Destruction ends the stream and joins the thread.
//
// Thread rule: one owner; not destroyed from inside its own callback.
#pragma once

#include "base/result.h"

namespace cutset::injector {

class AgentWatch {
 public:
  AgentWatch() = default;
  virtual ~AgentWatch() = default;
  AgentWatch(const AgentWatch&) = delete;
  AgentWatch& operator=(const AgentWatch&) = delete;

  /// Blocks until the stream has ended. Error: it did not end in order: the agent is
  /// lost, or it refused.
  virtual Status wait() = 0;
};

}  // namespace cutset::injector
