// Reads schedules: FDSL 1 as the union of what FaultSee's two parsers accept, with a
// warning where they disagree, and FDSL 2. The only FDSL reader (docs/fdsl.md).
//
// Where one parser accepts a file and what it would do has no meaning for an experiment
// (no `end`, an empty moment, two keys in one event), the file is refused.
//
// Bounds: those of injector/yaml_tree.h, and reading.h's on counts, times and texts.
//
// Thread rule: pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "injector/fdsl/schedule.h"

namespace cutset::injector {
class YamlReading;
class YamlSection;
}  // namespace cutset::injector

namespace cutset::injector::fdsl {

struct ScheduleReading {
  Schedule schedule;  // meaningful only without problems
  // In the order of the file.
  std::vector<Error> problems;
  std::vector<Error> warnings;
};

/// Takes the keys that are not FDSL out of the file (finding_file.cpp).
using OwnKeys = std::function<void(YamlReading& reading, YamlSection& file)>;

/// Everything that is wrong or doubtful. Unknown keys are problems; without `own_keys`,
/// `cutset_finding` is ignored.
ScheduleReading read_schedule(std::string_view text, const std::string& file,
                              const OwnKeys& own_keys = {});

/// The schedule, or the first problem.
Result<Schedule> parse_schedule(std::string_view text, const std::string& file);

}  // namespace cutset::injector::fdsl
