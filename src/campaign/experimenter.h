// The one interface through which a campaign knows a system (DESIGN, "Three worlds, one
// loop"): run this fault set, give me the execution. Implemented by src/injector for live
// systems, by in-process applications in tests, and by protocol models.
//
// Thread rule: one campaign calls one Experimenter from one thread; request_stop() may
// come from any thread or a signal handler's thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/fault_mode.h"
#include "lineage/execution.h"

namespace cutset::campaign {

/// An action of the fault model that takes away one event. In the world of calls the
/// event is a call, by its identity (identity/call_id.h, text form; "#*" at its end:
/// every attempt).
struct Fault {
  std::string event;
  identity::FaultMode mode;

  /// "error(503) on <event>"
  std::string text() const;
  friend auto operator<=>(const Fault&, const Fault&) = default;
};

/// Sorted, at most one fault an event.
using FaultSet = std::vector<Fault>;

FaultSet make_fault_set(std::vector<Fault> faults);
/// "{}" or "{error(503) on a, timeout on b}"
std::string to_text(const FaultSet& faults);

/// What became of one planned fault (DESIGN rule 1).
struct FaultReport {
  Fault fault;
  bool armed = false;
  bool fired = false;
  bool undone = false;
  std::string fired_on;  // identity of the call it fired on; "" if it did not
  std::string error;     // why it could not be armed, fired or undone; "" if all is well
};

/// The verdict of one named outcome.
struct OutcomeResult {
  enum class State {
    kHeld,
    kAccepted,  // did not hold in full, but as the user declared to be fine
    kViolated,
    kDidNotRecover,  // did not hold within the stated time
    kVacuous,        // the precondition never held
  };
  std::string name;
  State state = State::kHeld;
  bool from_answer = false;  // judged from the entry's answer alone (status, body)
  std::string found;         // "status 500", for people
  std::string expected;      // "status 200"
};

/// Time of one experiment by phase, nanoseconds.
struct Timing {
  int64_t reset_ns = 0;
  int64_t workload_ns = 0;
  int64_t settle_ns = 0;
  int64_t judge_ns = 0;
  int64_t total_ns = 0;
};

struct ExperimentResult {
  lineage::Execution execution;
  std::vector<FaultReport> faults;      // one for each planned fault, same order
  std::vector<OutcomeResult> outcomes;  // one for each outcome, same order in every run
  std::vector<std::string>
      notes;  // e.g. "service stock ended with exit code 1; started again"
  Timing timing;
};

struct RunOptions {
  std::string run;           // name of the run, unique in the campaign
  bool await_spans = false;  // fault-free runs wait (bounded) for the exporters
};

class Experimenter {
 public:
  virtual ~Experimenter() = default;

  /// Resets the system, arms `planned`, runs the workload, waits until the system is
  /// quiet, judges the outcomes, undoes every fault. What fired is in the result; a fault
  /// that did not fire is no error. Error: the experiment could not be carried out
  /// (service not ready, agent lost, stopped).
  virtual Result<ExperimentResult> run(const FaultSet& planned,
                                       const RunOptions& options) = 0;
};

}  // namespace cutset::campaign
