// One request: an entry call with everything below it, cut out of an execution. What the
// classes, the derivation graph and the comparison of runs need, and no more (a run of
// ten thousand calls is kept a thousand times).
//
// Invariants: calls[0] is the entry; a call's parent stands before it; the entry has no
// key and ordinal 1, whatever else was in its execution.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/execution.h"

namespace cutset::lineage {

struct RequestCall {
  std::string callee;
  std::string signature;
  std::string key;
  uint32_t ordinal = 1;
  int parent = -1;   // index into Request::calls
  int repeats = -1;  // likewise: the failed attempt that this one retries
  bool failed = false;
  bool awaited = true;
  bool unordered = false;  // its ordinal is arbitrary
  Answer::Kind answer = Answer::Kind::kStatus;
  int status = 0;

  friend bool operator==(const RequestCall&, const RequestCall&) = default;
};

struct Request {
  std::string run;       // of the execution: a trace id
  uint32_t root = 0;     // which root of it, from 0
  bool complete = true;  // the execution had no problems
  std::vector<RequestCall> calls;

  bool failed() const { return calls.front().failed; }
  bool any_failed() const;
  /// "frontend:GET /dispatch"
  std::string entry() const;
};

/// One request for each root call, in their order.
std::vector<Request> requests_of(const Execution& execution);

/// What a request looks like, whatever the keys and the number of attempts: a hash for
/// each distinct path of (callee, signature), ascending.
using Shape = std::vector<uint64_t>;
Shape shape_of(const Request& request);
uint64_t digest_of(const Shape& shape);

/// |A and B| / |A or B|, exactly comparable: a fraction.
struct Similarity {
  uint64_t common = 0;
  uint64_t all = 1;
  friend bool operator<(const Similarity& a, const Similarity& b) {
    return a.common * b.all < b.common * a.all;
  }
};
Similarity similarity(const Shape& a, const Shape& b);

}  // namespace cutset::lineage
