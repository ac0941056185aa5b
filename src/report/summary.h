// What a journal amounts to: the numbers and lists that every format of the report shows.
// Thread rule: values; pure functions. Pointers go into the JournalView, which must
// outlive the summary.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lineage/execution.h"
#include "report/finding_groups.h"
#include "report/journal_reader.h"
#include "report/supports.h"

namespace cutset::report {

/// What became of one fault set that was tried.
enum class ExperimentState {
  kHeld,
  kAccepted,
  kViolated,
  kDidNotRecover,
  kInconclusive,
  kVacuous,
  kUnreachable,  // what fired was judged; the plan as such cannot happen
  kUnfinished,   // the journal ends before its result
};
constexpr size_t kExperimentStates = 8;

std::string_view state_name(ExperimentState state);
ExperimentState state_of(const JournalView& view, const JournalExperiment& experiment);

struct Summary {
  std::vector<FindingGroup> confirmed;
  std::vector<FindingGroup> flaky;
  std::vector<FindingGroup> accepted;  // declared single points of failure
  std::vector<Support> supports;
  std::vector<ExperimentState> states;  // of JournalView::experiments, same order
  std::array<int64_t, kExperimentStates> counts{};
  std::vector<lineage::UnproxiedCall> unproxied;  // of all runs, sorted
  bool exhausted = false;
  std::string verdict;    // one line: what the campaign found
  std::string statement;  // what is covered and what is not

  int64_t count(ExperimentState state) const {
    return counts[static_cast<size_t>(state)];
  }
};

Summary summarize(const JournalView& view);

/// "87 experiments (12 of them to confirm what was predicted; 93 runs); exhaustive search
/// would need at least 127139"
std::string cost_words(const JournalView& view);

}  // namespace cutset::report
