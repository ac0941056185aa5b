// The operations on one register as the search for a linear order needs them: values as
// numbers, without what can have no influence.
//
// Left out: what failed; reads that are info; writes that are info and whose value nobody
// read or compared with (a linear order with one of these is one without it, too).
// Thread rule: values.
#pragma once

#include <string>
#include <vector>

#include "history/key_view.h"

namespace cutset::history {

struct RegisterStep {
  enum class Kind { kRead, kWrite, kCompareAndSet };
  Kind kind = Kind::kRead;
  int value = 0;     // what is read, or written
  int expected = 0;  // kCompareAndSet
  bool must = true;  // acknowledged; else it may happen or not
  Moment invoked = 0;
  Moment completed = kNever;
  const Operation* operation = nullptr;
};

struct RegisterSteps {
  std::vector<RegisterStep> steps;  // by invocation
  std::vector<Value> values;        // [0] is "nothing", what a register holds at first
  const Operation* malformed = nullptr;      // a cas without [old, new]
  const Operation* never_written = nullptr;  // a read of what nobody wrote
  size_t acknowledged = 0;
};

RegisterSteps register_steps(const KeyView& view);

}  // namespace cutset::history
