// How a message on a link triggers a step. Implemented by the links (src/agent/link),
// used by the executor of plans (src/agent/plan).
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"

namespace cutset::agent {

class MessageGate {
 public:
  /// Called once, by the link, when the message is there; `on_what` is for people
  /// ("message 3 of a/0 to b/0, SET, 38 bytes"). The link holds the message (with
  /// `after`: what follows it) until `release` is called, which may be during the call or
  /// later and on another thread. The call itself does not block.
  using Reached =
      std::function<void(const std::string& on_what, std::function<void()> release)>;

  /// Its destructor stops the watching, lets go what is held, and returns only when no
  /// call of Reached is under way.
  class Watch {
   public:
    virtual ~Watch() = default;
    /// Messages that passed the filter so far.
    virtual uint64_t hits() const = 0;
  };

  virtual ~MessageGate() = default;

  /// When the plan is loaded. Error: messages of this pair do not pass a proxy here, or
  /// the framing is unknown, and what would help.
  virtual Status check(const v1::MessageTrigger& trigger) = 0;
  /// Counts from now on. Error: the link cannot be made.
  virtual Result<std::unique_ptr<Watch>> watch(const v1::MessageTrigger& trigger,
                                               Reached reached) = 0;
};

}  // namespace cutset::agent
