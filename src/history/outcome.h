// An outcome as a user names it, and the checker that it stands for:
//   acknowledged-writes  linearizable  staleness  mutual-exclusion  queue-delivery
//   queue-exactly-once  recovery
//
// Thread rule: pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "history/checkers/checkers.h"

#include "base/result.h"

namespace cutset::history {

struct OutcomeKind {
  enum class Time { kNone, kOptional, kRequired };
  std::string name;
  Time time = Time::kNone;  // whether it takes a duration
  std::string meaning;      // "every acknowledged write can be read at the end"
};

/// In a fixed order.
const std::vector<OutcomeKind>& outcome_kinds();
/// nullptr if there is none of this name.
const OutcomeKind* outcome_kind(std::string_view name);

struct Outcome {
  std::string kind;                   // a name of outcome_kinds()
  std::chrono::milliseconds time{0};  // bound, lease or deadline
  SearchBounds bounds;                // linearizable
};

/// Requires: a kind that exists.
Judgement judge(const History& history, const Outcome& outcome);

}  // namespace cutset::history
