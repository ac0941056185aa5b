// Finding files: `finding-<id>.yaml`, a schedule with the verdict that is expected of it.
// Portable: any FDSL reader that ignores unknown top-level keys can read the schedule in
// it.
//
// Thread rule: values, pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "injector/campaign_schedule.h"
#include "injector/fdsl/read.h"

namespace cutset::injector {

struct ExpectedOutcome {
  std::string name;
  std::string state;  // "violated", ... (docs/formats.md)
  std::string found;
  std::string expected;

  friend bool operator==(const ExpectedOutcome&, const ExpectedOutcome&) = default;
};

struct Finding {
  std::string id;       // 16 hex digits
  std::string name;     // of the campaign (cutset.yaml)
  std::string verdict;  // "violated", ...
  std::vector<ExpectedOutcome> outcomes;
  std::string words;
  int reproduced_k = 0;
  int reproduced_n = 0;
  Schedule schedule;
  /// Of a campaign on nodes: what `schedule` was made from, in the words of the
  /// campaign's journal (one line of JSON). It speaks of roles, so it can be replayed
  /// where other nodes have them. "": a finding of calls.
  std::string nodes;

  friend bool operator==(const Finding&, const Finding&) = default;
};

std::string write_finding(const Finding& finding);
Result<Finding> parse_finding(std::string_view text, const std::string& file);
/// The schedule with everything that is wrong or doubtful in the whole file.
fdsl::ScheduleReading read_finding(std::string_view text, const std::string& file);

}  // namespace cutset::injector
