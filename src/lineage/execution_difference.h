// What a bad run lacks against good runs of the same kind of request, and where that
// begins (differential provenance): `cutset diff GOOD BAD`.
//
// A change is a call that every good run has and the bad one has not, or that failed or
// was answered with another status than in any good run, or that no good run has. The
// frontier are the changes from which the others follow:
// - a failed call none of whose own calls failed (the deepest), and
// - a missing call whose caller is there, is fine, and had no failed call.
// Everything else is listed under the frontier that explains it. No time is compared.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/execution.h"

namespace cutset::lineage {

struct CallChange {
  enum class Kind : uint8_t { kMissing, kFailed, kOtherAnswer, kAdditional };
  Kind kind = Kind::kMissing;
  std::string id;     // text of the identity
  std::string words;  // "cart -> redis GET #2"
  std::string good;   // what the good runs saw: "200", "an answer"; "" for kAdditional
  std::string bad;    // what the bad run saw: "503", "an error"; "" for kMissing
};

struct ChangeGroup {
  CallChange frontier;
  std::vector<CallChange> consequences;  // in pre-order
};

struct ExecutionDifference {
  std::string name;                 // "frontend GET /dispatch"
  std::string bad_run;              // trace id
  bool bad_failed = false;          // its entry failed
  bool bad_incomplete = false;      // calls may be missing because spans are
  int64_t good_runs = 0;            // that it was compared with; 0: none of this entry
  std::string good_example;         // trace id
  std::vector<ChangeGroup> groups;  // in pre-order of their frontiers
  std::vector<std::string> notes;
};

/// One for each request in `bad`, in their order. Each is compared with the complete good
/// requests of its entry whose shape is most similar (ties: more runs, then the digest),
/// failed ones left out.
std::vector<ExecutionDifference> differences(const std::vector<Execution>& good,
                                             const std::vector<Execution>& bad);

std::string_view change_name(CallChange::Kind kind);

}  // namespace cutset::lineage
