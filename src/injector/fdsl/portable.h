// Portable output: the intersection of what FaultSee's two parsers accept and read alike
// (fdsl.md section 2 and 6). Everybody is named by slot, marks have moments of their own,
// and what FDSL 1 does not have is a `custom` fault that runs `cutset_fault`, the agent's
// command in the fault folder of the containers.
//
// What such a file cannot say is refused, never approximated: `when`, a crash at a point,
// restart, fractions of seconds.
//
// Thread rule: pure function.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

struct Portable {
  Schedule schedule;            // version 1, for write_schedule(); if there is no problem
  std::vector<Error> problems;  // in the order of the schedule
};

/// Requires: a schedule that was read without problems. `file` names it in problems.
Portable make_portable(const Schedule& schedule, const std::string& file);

}  // namespace cutset::injector::fdsl
