// What is said in words beside the picture of a run of nodes: when the write was made and
// acknowledged, when each fault began and ended, what the system did, and how each copy
// died. Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/messages/run_sketch.h"

namespace cutset::report {

/// A run, and the write of it that is followed.
struct SketchedRun {
  const lineage::messages::RunSketch* sketch = nullptr;
  const lineage::messages::SketchWrite* write = nullptr;  // null: none is
  std::string title;  // "held: isolate leader for 1 s"
  bool broken = false;
};

struct SketchNote {
  enum class Kind { kWrite, kFault, kHeal, kReaction, kDeath, kFatal, kLost, kRead };
  int64_t time_ns = 0;
  int lane = lineage::messages::kOutside;  // beside which it happens
  Kind kind = Kind::kWrite;
  std::string text;
};

/// By time; a bounded number.
std::vector<SketchNote> notes_of(const SketchedRun& run);

/// "leader", or the node's name where its place is not known; "clients".
std::string lane_words(const lineage::messages::RunSketch& sketch, int lane);

}  // namespace cutset::report
