// A workload that writes a history, around one experiment: the load while faults happen,
// then, when they are lifted, settling and the final reads, then the outcomes.
//
// cutset-driver does the first three, as a process of its own; CUTSET_DRIVER names
// another than the one beside this program.
//
// Thread rule: one owner thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/operations.h"

#include "base/result.h"
#include "campaign/experimenter.h"
#include "injector/config.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

/// Path of cutset-driver: CUTSET_DRIVER, or beside this program, or by its name.
std::string driver_binary();

class HistoryRun {
 public:
  /// The plan and the history of `run` are written into `folder`, which exists. What was
  /// there of a run of this name is replaced. Error: a placeholder, a file.
  static Result<HistoryRun> begin(const HistoryWorkload& workload,
                                  const TemplateText::Lookup& values,
                                  const std::string& folder, const std::string& run);

  /// Error: interrupted; unavailable, it did not end within `within`, or not well.
  Status load(Milliseconds within, const StopSignal& stop);
  /// Writes the remark "heal" and reads everything. Returns "" if the system had settled,
  /// else why not. Error: as load().
  Result<std::string> settle_and_read(const StopSignal& stop);

  /// The state and what was found of one outcome. Requires: settle_and_read() succeeded.
  /// Error: a checker that cannot be started, a history that cannot be read.
  Status judge(const HistoryCheck& check, Milliseconds within,
               campaign::OutcomeResult& result);

  const std::string& path() const { return path_; }

 private:
  HistoryRun() = default;
  Result<int> drive(const std::vector<std::string>& options, Milliseconds within,
                    const StopSignal& stop);

  std::string folder_;  // where cutset-driver runs
  std::string plan_path_;
  std::string path_;
  Milliseconds end_within_{0};
  std::optional<history::History> history_;  // read when the first outcome is judged
};

}  // namespace cutset::injector
