// The gate of messages (agent/plan/message_gate.h) on taps: a link is tapped while a
// trigger watches it.
//
// Counted is what leaves the sender's kernel, in the order of the byte streams; exact to
// the byte. What was sent before the watch began is not counted; connections that were
// open then are joined at a message that the framer can find.
//
// Thread rule: all functions from any thread.
#pragma once

#include <string>

#include "agent/faults/record.h"
#include "agent/plan/instances.h"
#include "agent/plan/message_gate.h"

namespace cutset::agent::link {

class LinkGate final : public MessageGate {
 public:
  /// Requires: both outlive the gate. `mark`: the agent's random word.
  LinkGate(const Instances& instances, Intents& intents, std::string mark)
      : instances_(instances), intents_(intents), mark_(std::move(mark)) {}

  Status check(const v1::MessageTrigger& trigger) override;
  Result<std::unique_ptr<Watch>> watch(const v1::MessageTrigger& trigger,
                                       Reached reached) override;

 private:
  const Instances& instances_;
  Intents& intents_;
  const std::string mark_;
};

}  // namespace cutset::agent::link
