// How a call that passes a reverse proxy of this agent triggers a step, and how it fails
// by one. Implemented by agent/plan/proxy_call_gate.h and the proxies, used by the
// executor of plans.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"

namespace cutset::agent {

class CallGate {
 public:
  /// Called once. The call (with `end`: its answer) is held until `release` is called,
  /// which may be during the call or later, on any thread. Must not block: it runs on the
  /// proxies' own thread.
  using Reached =
      std::function<void(const std::string& on_what, std::function<void()> release)>;

  /// Called once, for the first call on which a fault has taken effect: "call 2 of stock,
  /// POST /reserve: error(503)". As Reached.
  using Fired = std::function<void(const std::string& on_what)>;

  struct Counts {
    std::atomic<uint64_t> seen{0};   // calls that were meant, from when it began
    std::atomic<uint64_t> fired{0};  // on which the fault has taken effect
  };

  /// Its destructor stops the watching or failing, lets a held call go, and returns only
  /// when no call of Reached or Fired is under way.
  class Watch {
   public:
    virtual ~Watch() = default;
  };

  virtual ~CallGate() = default;

  /// When the plan is loaded. Error: calls of that service or from that caller cannot be
  /// seen here, and what would help.
  virtual Status check(const v1::CallTrigger& trigger) = 0;
  /// Counts from now on. Error: no proxy is open any more.
  virtual Result<std::unique_ptr<Watch>> watch(const v1::CallTrigger& trigger,
                                               Reached reached) = 0;

  virtual Status check(const v1::RequestAction& action) = 0;
  /// Fails calls from now on. Error: no proxy is open any more.
  virtual Result<std::unique_ptr<Watch>> fail(const v1::RequestAction& action,
                                              Fired fired,
                                              std::shared_ptr<Counts> counts) = 0;
};

}  // namespace cutset::agent
