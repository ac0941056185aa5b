// How coarsely answers and handlers are told apart. Everything starts coarse; a
// contradiction between two runs refines one handler (calls.md 5.2: "splits the rule by
// position, then by payload").
//
// A handler (callee + signature) goes through these levels:
//   kByHandler   its rules hold wherever it is called
//   kByPosition  separate rules for each causal position (call identity)
//   (then the slow answers of its callees are told from quick ones, if that was not so
//   already) kByPayload   the same, and bodies of failed answers are told apart too
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
  std::map<std::string, HandlerLevel, std::less<>>
      levels;                                          // by handler; absent: kByHandler
  std::map<std::string, BodyUse, std::less<>> bodies;  // by handler; absent: kExact
  std::set<std::string, std::less<>>
      durations;  // handlers whose slow answers are told from quick ones

  HandlerLevel level(std::string_view handler) const;
  BodyUse body(std::string_view handler) const;
};

std::string_view level_name(HandlerLevel level);

/// "status:503", "status:200/9f..", "refused", "timeout", "reset". The body counts for
/// answers below 400, and for all answers of a handler at kByPayload or finer. How an
/// execution whose answer nobody saw is counted among the effects: by the last thing that
/// its handler met, because that is what decided what it did.
std::string unanswered_label(const std::string& last_child, const std::string& shown);

std::string answer_label(const lineage::Answer& answer, std::string_view handler,
                         const Refinement& refinement);

/// "" below 100 ms, else " slow:1" (to 500 ms), " slow:2" (to 2.5 s), ...: steps of five,
/// because time constants of one system that matter are rarely closer.
std::string duration_label(int64_t nanoseconds);

/// What the caller sees of an injected fault, in the same words: an injected status is
/// the same to it as an organic one. delay is a label of its own until its reaction is
/// known.
std::string fault_label(const identity::FaultMode& mode);
/// Does the caller see the fault only when the callee has answered?
bool waits_for_callee(const identity::FaultMode& mode);
/// What the caller then sees: as slow as the callee, and nothing if it gave up on the
/// callee before.
std::string after_callee(const std::string& fault_label, const std::string& callee_label);

}  // namespace cutset::campaign
