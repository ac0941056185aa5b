// The nine shapes of applications of calls.md 5.4, and what is known about them.
#pragma once

#include <vector>

#include "application.h"

namespace cutset::testing {

struct Shape {
  Application application;
  uint64_t exhaustive = 0;
  uint64_t reduced = 0;
  uint64_t composed = 0;
  std::vector<size_t> minimal_sizes;  // of minimal breaking sets, calls only, sorted
};

std::vector<Shape> nine_shapes();

}  // namespace cutset::testing
