// Is there an order of the operations on one register that explains what was read and
// that keeps what was over before something else began?
//
// Wing and Gong, "Testing and verifying concurrent objects" (1993), with the memoisation
// of Lowe, "Testing for linearizability" (2017): a list of invocations and completions;
// an operation whose invocation stands before the first completion may be next; it is
// lifted out, and the search goes on; a pair (operations done, value) that was seen
// before is not entered again. Cost: linear in the number of operations where few
// overlap, exponential in the number that overlap at once.
//
// Besides: a read of the value that the register has now is always next, and never taken
// back. It changes nothing, so any order that has it later is as good with it here.
//
// Thread rule: pure function.
#pragma once

#include <chrono>
#include <vector>

#include "history/checkers/checkers.h"
#include "history/checkers/register_steps.h"

namespace cutset::history {

struct LinearAnswer {
  enum class Kind { kOrdered, kNone, kBoundPassed };
  Kind kind = Kind::kOrdered;
  size_t states = 0;
  // kNone: where the attempts that get farthest stop.
  size_t most_done = 0;                   // acknowledged operations in order
  const RegisterStep* blocked = nullptr;  // that ends there and fits nowhere
  std::vector<int> values;                // that the register can have there
};

LinearAnswer search_linear_order(const std::vector<RegisterStep>& steps,
                                 const SearchBounds& bounds,
                                 std::chrono::steady_clock::time_point deadline);

}  // namespace cutset::history
