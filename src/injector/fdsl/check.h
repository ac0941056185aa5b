// What is wrong with a schedule as a whole: names, labels, triggers that wait for each
// other, instances that are not there. Private to fdsl/; read_schedule() calls it.
// Thread rule: pure function.
#pragma once

#include <vector>

#include "injector/fdsl/resolve.h"
#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

struct Checked {
  std::vector<Notice> problems;
  std::vector<Notice> warnings;
};

/// Requires: the order of put_in_order(), services that are known.
Checked check_schedule(const Schedule& schedule);

}  // namespace cutset::injector::fdsl
