// A journal as the reports read it: every line of .cutset/journal.jsonl
// (docs/formats.md), parsed and checked. A journal may be of a campaign that was cut off
// at any moment: a last line without its end is dropped, a plan without a result stays
// unfinished, `end` may be missing.
//
// Invariants of a JournalView:
// 1. runs are in the order of their plans; run names are unique.
// 2. experiments are in the order of their first plan; each has at least one run.
// 3. the id of each finding is 16 hex digits (it becomes part of a command that people
// copy).
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "campaign/experimenter.h"
#include "campaign/finding.h"
#include "campaign/verdict.h"

namespace cutset::report {

struct JournalHeader {
  std::string cutset;  // the version that wrote it
  std::string name;
  std::string started;
  uint64_t seed = 0;
  int budget = 0;
  std::vector<std::string> modes;
  std::string config;
  std::string replay;  // the replay command of a finding, with "<id>" for its id
  int fault_free_runs = 0;
  int repeat = 0;
};

struct JournalRun {
  int experiment = 0;
  std::string run;
  std::string purpose;
  campaign::FaultSet planned;
  std::string reason;
  bool finished = false;  // the rest is set only then
  campaign::Verdict verdict = campaign::Verdict::kInconclusive;
  campaign::FaultSet fired;
  campaign::ExperimentResult result;
};

/// One fault set that was tried, with its repetitions.
struct JournalExperiment {
  int number = 0;
  std::vector<size_t>
      runs;  // indices into JournalView::runs; [0] is the one that was judged
  bool unreachable =
      false;  // the system no longer made a call that the plan wanted to fail
};

struct JournalFinding {
  std::string id;
  std::string
      replay;  // the command that reproduces it, from where the campaign was started
  campaign::Finding finding;
};

struct JournalWrongPrediction {
  int experiment = 0;
  std::string handler;
  std::vector<std::string> after;
  std::string expected;
  std::string found;
  std::string remedy;
};

struct JournalEnd {
  std::string status;  // exhausted, stopped, failed
  std::string why;
  int exit_code = 0;
  int64_t experiments = 0;
  int64_t confirmations = 0;  // of them: those whose end was predicted
  int64_t runs = 0;
  uint64_t exhaustive = 0;
  bool exhaustive_is_lower_bound = false;
  int exhausted_to = 0;
  std::string statement;
  std::vector<std::string> assumptions;
  std::map<std::string, int64_t> counts;
  int64_t inconclusive = 0;
  int64_t calls = 0;
  int64_t candidates = 0;
  std::vector<std::string> unstable;
  int64_t elapsed_ns = 0;
  int64_t overhead_ns = 0;
};

struct JournalView {
  JournalHeader header;
  std::vector<JournalRun> runs;
  std::vector<JournalExperiment> experiments;
  std::vector<JournalFinding>
      findings;  // confirmed, flaky and accepted, in the order found
  std::vector<JournalWrongPrediction> wrong_predictions;
  std::vector<std::string> notes;
  std::optional<JournalEnd> end;  // none: not finished
  bool cut_off = false;           // the last line was incomplete and is left out

  /// nullptr if there is no finished run of this name.
  const JournalRun* find_run(const std::string& name) const;
};

/// Error: bad_input with `file` and the number of the line.
Result<JournalView> parse_journal(std::string_view content, const std::string& file);
Result<JournalView> read_journal(const std::string& path);

}  // namespace cutset::report
