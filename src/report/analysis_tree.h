// The calls of a class as a tree small enough to be read: siblings that look alike are
// folded, and what is beyond a bound is counted instead of shown.
//
// Two siblings look alike if they have the same callee, signature and marks, and what is
// below them looks alike: they differ in key, attempt and order only.
//
// Invariants (of TreeView::rows):
// 1. pre-order: a row's parent stands before it.
// 2. every call of the class is shown by exactly one row, its own or one that folds it
//    (row_of).
//
// Cost: n log n. Thread rule: values; pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "report/analysis.h"

namespace cutset::report {

struct TreeLimits {
  size_t most_rows = 60;
  size_t most_depth = 24;
  size_t most_alike = 3;  // siblings that look alike; of more, one or two are shown
};

struct TreeRow {
  enum class Kind : uint8_t {
    kCall,
    kAlike,  // "... and 8 more of these": siblings like the row before
    kMore,   // "... and 120 more calls": beyond the bounds, of any kind
  };
  Kind kind = Kind::kCall;
  size_t call = 0;  // kCall: its index
  int parent = -1;  // index into rows
  int depth = 0;
  bool last = false;   // of its parent's rows
  int64_t folded = 0;  // kAlike: siblings; kMore: calls
  int64_t below = 0;   // kAlike: calls below those siblings
};

struct TreeView {
  std::vector<TreeRow> rows;
  std::vector<uint32_t> row_of;  // by call: the row that shows or folds it
  int64_t folded = 0;            // calls without a row of their own
};

TreeView tree_view(const std::vector<AnalysedCall>& calls, const TreeLimits& limits);

/// By call: the index of its parent, -1 for entries. Requires: calls in pre-order; a
/// depth that jumps is taken as one more than the call before.
std::vector<int> parents_of(const std::vector<AnalysedCall>& calls);

/// By call: a number that calls which look alike share.
std::vector<uint32_t> looks_of(const std::vector<AnalysedCall>& calls,
                               const std::vector<int>& parents);

}  // namespace cutset::report
