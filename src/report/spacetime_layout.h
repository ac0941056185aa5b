// Where everything stands in a space-time diagram: services are rows, events are columns
// in the order in which they happened, evenly spaced (raw time would put a millisecond's
// calls on top of each other and leave a time-out's width empty). Compared with a good
// run, the calls that are missing have columns of their own.
//
// Invariants of a Diagram:
// 1. rows[0] is the client; every call's row is another one.
// 2. a call's parent stands before it; its start column is right of the parent's.
// 3. every column belongs to exactly one event.
// 4. calls that are missing have a start column only.
//
// Thread rule: values; pure function. Pointers go into the executions given.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "campaign/experimenter.h"
#include "lineage/execution.h"

namespace cutset::report {

enum class CallRole {
  kUsual,    // also in the good run, or there is none to compare with
  kExtra,    // only in this run: a retry, a fallback
  kMissing,  // only in the good run
};

struct DiagramCall {
  const lineage::Call* call = nullptr;
  const lineage::Call* good = nullptr;  // the same call in the good run
  CallRole role = CallRole::kUsual;
  int parent = -1;  // index into Diagram::calls; -1: called by the client
  int row = 0;
  int lane = 0;  // invocations of one service that overlap are drawn beside each other
  int start_column = 0;
  int end_column = -1;  // -1: missing, or unfinished
  bool in_cut = false;  // one of the faults asked for takes it
};

struct DiagramColumn {
  int call = 0;  // index into Diagram::calls
  bool is_end = false;
  int64_t time_ns = -1;  // since the first event; -1 for missing calls
};

struct DiagramRow {
  std::string service;
  int lanes = 1;
};

struct Diagram {
  std::vector<DiagramRow> rows;
  std::vector<DiagramCall> calls;  // in the order of their start columns
  std::vector<DiagramColumn> columns;
  size_t left_out = 0;  // calls beyond the bound of what can be drawn
  /// The last call that a fault of the cut hit: it completed the cut. -1: none.
  int fatal = -1;

  int end_of(const DiagramCall& call) const {
    return call.end_column < 0 ? static_cast<int>(columns.size()) : call.end_column;
  }
};

/// `good` may be nullptr. `cut`: events whose calls get in_cut ("#*" at its end: every
/// attempt).
Diagram lay_out(const lineage::Execution& shown, const lineage::Execution* good,
                const campaign::FaultSet& cut);

}  // namespace cutset::report
