// The identities of the calls of several runs of one kind of request, and how stable they
// are (calls.md section 1).
//
// Keys: where every run without failures has the same keys among equal siblings, they
// stay; where they do not recur (an id that is new in each run), the rank among the equal
// siblings takes their place: {~1}, {~2}, in order of the calls. A single run keeps its
// values.
//
// Stable: two runs in which the caller answered without error, and in which the same
// other calls of it failed, either both have the call or both have not. What is below an
// unstable call is not stable either.
//
// Invariants: calls are in pre-order, siblings in the order in which they mostly came;
// calls[0] is the entry; the result does not depend on the order of the requests.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "identity/call_id.h"
#include "lineage/request.h"

namespace cutset::lineage {

/// A call that is the same in every run.
struct ClassCall {
  identity::Point point;
  int parent = -1;  // index into the class's calls; -1: the entry
  int depth = 0;
  int64_t present = 0;  // in so many runs
  int64_t errors = 0;   // in so many of those it failed
  bool stable = true;
  /// In some run it, or a call above it, could not be told apart from an equal one at the
  /// same time: its number means nothing, so it is not stable.
  bool unordered = false;
  bool awaited = true;  // in every run that has it
  bool retry = false;   // in every run that has it, after a failed attempt
};

/// A call in one run.
struct RunCall {
  uint32_t call = 0;  // index into the class's calls
  int parent = -1;    // index into ClassRun::calls
  int repeats = -1;   // likewise
  bool failed = false;
  bool awaited = true;
  Answer::Kind answer = Answer::Kind::kStatus;
  int status = 0;
};

struct ClassRun {
  std::string run;
  bool failed = false;
  std::vector<RunCall> calls;  // as they came; [0] is the entry
};

struct RequestIdentities {
  std::vector<ClassCall> calls;
  std::vector<ClassRun> runs;  // ascending by run, then by the root in it
  int64_t ranked = 0;          // groups of siblings whose keys became ranks

  std::string id(size_t call) const;  // text of the whole identity
  /// "cart -> redis GET {7} #2"
  std::string words(size_t call) const;
};

/// Requires: requests of one entry, not empty.
RequestIdentities identities_of(std::vector<Request> requests);

}  // namespace cutset::lineage
