// How coarsely answers and handlers are told apart. Everything starts coarse; a contradiction between
// two runs refines one handler (calls.md 5.2: "splits the rule by position, then by payload").
//
// A handler (callee + signature) goes through these levels:
//   kByHandler   its rules hold wherever it is called
//   kByPosition  separate rules for each causal position (call identity)
//   kByPayload   the same, and bodies of failed answers are told apart too
//   kByAttempts  the same, and what earlier attempts of the same call already did
//   kOpaque      no rules: only whole runs count (calls.md 5.1)
//
// Thread rule: a value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "lineage/execution.h"

namespace cutset::campaign {

enum class HandlerLevel { kByHandler, kByPosition, kByPayload, kByAttempts, kOpaque };

/// What of a body belongs to an answer: what is equal in all runs without faults.
enum class BodyUse { kExact, kShape, kNone };

struct Refinement {
  std::map<std::string, HandlerLevel, std::less<>> levels;  // by handler; absent: kByHandler
  std::map<std::string, BodyUse, std::less<>> bodies;       // by handler; absent: kExact
  bool durations = false;  // slow answers are told apart: set when some handler reaches kByPayload

  HandlerLevel level(std::string_view handler) const;
  BodyUse body(std::string_view handler) const;
};

std::string_view level_name(HandlerLevel level);

/// "status:503", "status:200/9f..", "refused", "timeout", "reset". The body counts for answers below 400, and for
/// all answers of a handler at kByPayload or finer.
std::string answer_label(const lineage::Answer& answer, std::string_view handler,
                         const Refinement& refinement);

/// "" below 100 ms, else " slow:1" (to 500 ms), " slow:2" (to 2.5 s), ...: steps of five, because time constants
/// of one system that matter are rarely closer.
std::string duration_label(int64_t nanoseconds);

/// What the caller sees of an injected fault, in the same words: an injected status is the same to it as
/// an organic one. delay is a label of its own until its reaction is known.
std::string fault_label(const identity::FaultMode& mode);
/// Does the caller wait as long as the callee works, and then see the fault?
bool shows_callee_duration(const identity::FaultMode& mode);
/// The " slow:n" at the end of a label, or "".
std::string duration_part(const std::string& label);

}  // namespace cutset::campaign
