// Which instances each event of a schedule hits (fdsl.md section 2, semantics).
//
// As in FaultSee, instances 0..n-1 of a service are alive at the beginning, `start` adds
// the next numbers, `stop` and what kills remove, and everything is decided before the
// run: the same schedule always hits the same slots. Where FaultSee draws at random, the
// members differ: it uses Go's generator, this is SplitMix64 seeded with the schedule's
// seed. Percentages are exact ceilings.
//
// Moments with `when` come at an unknown time. Their `start` gets the slots after those
// of all moments with a time; whoever they may have changed is alive as far as the
// schedule knows, and nobody is drawn at random from such a service.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

/// A remark on a place of the schedule.
struct Notice {
  Place place;
  std::string message;
};

struct Resolution {
  /// [moment][event]: the slots that are hit, or those of new instances, in the order in
  /// which they are; empty for `heal`.
  std::vector<std::vector<std::vector<int>>> slots;
  /// [service]: how many slots there ever are.
  std::vector<int> instances;
  std::vector<Notice> problems;
  std::vector<Notice> warnings;
};

Resolution resolve(const Schedule& schedule);

/// ceil(percentage * alive / 100).
int64_t share_of(int64_t percentage, int64_t alive);
/// What FaultSee's local controllers make of it in floating point; differs for some.
int64_t faultsee_share_of(int64_t percentage, int64_t alive);

}  // namespace cutset::injector::fdsl
