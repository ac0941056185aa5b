// How a call that passes a reverse proxy of this agent triggers a step. Implemented by
// the proxies (agent/proxies.h), used by the executor of plans.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"

namespace cutset::agent {

class CallGate {
 public:
  /// Called once. The call is held until `release` is called, which may be during the
  /// call or later, on any thread. Must not block: it runs on the proxies' own thread.
  using Reached =
      std::function<void(const std::string& on_what, std::function<void()> release)>;

  /// Its destructor stops the watching and lets a held call go.
  class Watch {
   public:
    virtual ~Watch() = default;
  };

  virtual ~CallGate() = default;

  /// Error: no proxy of that service is open.
  virtual Status check(const v1::CallTrigger& trigger) = 0;
  virtual Result<std::unique_ptr<Watch>> watch(const v1::CallTrigger& trigger,
                                               Reached reached) = 0;
};

}  // namespace cutset::agent
