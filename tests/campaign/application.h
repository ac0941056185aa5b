// Applications in one process, for tests of the campaign: handlers as small programs,
// time as a number. What they do under faults is exact and takes microseconds, so that
// exhaustive search can judge the campaign.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "campaign/experimenter.h"

namespace cutset::testing {

/// What a handler does about a failed call.
enum class Reaction {
  kAbort,          // answers 500
  kPassOn,         // answers with the status it got (503 for what is no status)
  kIgnore,         // goes on
  kDefault,        // goes on, and its answer says so
  kRetry,          // tries once more, then answers 500
  kRetryOnError,   // the same, but does not repeat after a time-out
  kFallback,       // calls `other` instead; answers 500 if that fails too
  kFailOverOn500,  // calls `other` after a 500; passes anything else on
  kCheckThenUse,   // the call is a health check: healthy -> calls `other`, else calls
                   // `third`; 500 if that fails
};

struct Step {
  int callee = 0;
  Reaction reaction = Reaction::kAbort;
  int other = -1;
  int third = -1;
  int patience_ms = 10'000;  // of every call of this step
};

struct Handler {
  std::string service;
  bool effectful = false;     // executing it counts
  int degrade_after = 1'000;  // answers 500 after so many ignored or defaulted failures
  bool once =
      false;  // executed twice in one run it answers alike, but counts once (idempotent)
  std::vector<Step> steps;
};

struct Application {
  std::string name;
  std::vector<Handler> handlers;  // [0] is the entry; handlers call only later ones
  std::vector<identity::FaultMode> modes;
  size_t budget = 2;
  /// Is a run with this status at the entry and these executions of each handler all
  /// right?
  std::function<bool(int status, const std::vector<int>& executed)> holds;
  std::string holds_text;  // for messages
};

std::string to_text(const Application& application);

/// Runs an application; every planned fault on a call that is made fires.
class SimulatedExperimenter : public campaign::Experimenter {
 public:
  explicit SimulatedExperimenter(const Application& application)
      : application_(application) {}
  Result<campaign::ExperimentResult> run(const campaign::FaultSet& planned,
                                         const campaign::RunOptions& options) override;
  int runs() const { return runs_; }

 private:
  const Application& application_;
  int runs_ = 0;
};

}  // namespace cutset::testing
