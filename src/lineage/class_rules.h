// The local rules of a class of requests, as its runs showed them, and the passes that
// simplify them (calls.md 5.2: a rule says with which answers of its own callees a call
// answered without error).
//
// A rule is a set of premises, all of which hold:
//   holds    a call that was made and answered without error
//   fails    a call that failed although its caller did not: what provoked this behaviour
//            (calls.md 5.1)
//   attempts the first attempts of one call failed, the last answered: any of them is
//            enough, a later one provided that the earlier ones failed
//
// Assumptions (notes()): had an earlier attempt answered, the later ones would not have
// been made; all failures of a call are of one kind to its caller.
//
// Invariants after all passes: premises name children of the rule's call; a call that has
// rules has one whose premises hold when nothing fails.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/request_identities.h"

namespace cutset::lineage {

struct Premise {
  enum class Type : uint8_t { kHolds, kFails, kAttempts };
  Type type = Type::kHolds;
  std::vector<uint32_t> calls;  // one; kAttempts: two or more, in order

  friend auto operator<=>(const Premise&, const Premise&) = default;
};

using LocalRule = std::vector<Premise>;  // sorted, without repeats

/// The graph after each named simplification.
struct GraphPass {
  std::string name;
  std::string what;  // one line for the user
  int64_t nodes = 0;
  int64_t edges = 0;
  int64_t leaves = 0;
};

struct ClassRules {
  std::vector<std::vector<LocalRule>> of;  // by call; empty: never seen to answer
  std::vector<GraphPass> passes;
  std::vector<std::string> notes;
};

ClassRules rules_of(const RequestIdentities& identities);

}  // namespace cutset::lineage
