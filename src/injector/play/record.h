// What happened when a schedule was played: the whole result, as values.
//
// Times are UTC nanoseconds by the controller's clock: an agent's time, corrected by the
// offset that was measured, is right within `error_ns`. After the barrier the agents
// count by their monotonic clocks, so that nothing depends on clocks that are set
// meanwhile.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "injector/play/clock.h"
#include "injector/play/compile.h"

namespace cutset::injector::play {

struct PlayEvent {
  std::string host;  // "": the controller
  int64_t utc_ns = 0;
  int64_t error_ns = 0;
  agent::v1::StepEvent event;  // with the agent's own times
};

enum class Fate { kFired, kNotReached, kFailed };
std::string_view fate_name(Fate fate);

/// What became of one action of the plan.
struct ActionRecord {
  CompiledAction action;
  Fate fate = Fate::kNotReached;
  std::optional<int64_t> armed_ns;  // UTC, each the first of all its hosts
  std::optional<int64_t> triggered_ns;
  std::optional<int64_t> fired_ns;
  std::optional<int64_t> verified_ns;
  std::optional<int64_t> undone_ns;  // the last of all its hosts
  std::optional<int64_t> late_ns;    // fired after it was due
  int64_t spread_ns = 0;             // between the first and the last host that fired it
  int64_t error_ns = 0;              // of these times
  std::string triggered_on;
  std::string fired_on;
  std::string verified_by;
  std::string error;
  std::string output;
  std::optional<int> exit_code;
  uint64_t hits = 0;

  /// Whether the schedule did what it says although this did not fire.
  bool acceptable() const {
    return fate == Fate::kFired || (fate == Fate::kNotReached && action.may_be_skipped);
  }
};

struct HostRecord {
  std::string name;
  ClockOffset clock;
  std::string boot_id;                // of its kernel
  std::vector<std::string> notes;     // of LoadPlan
  std::vector<std::string> problems;  // what could not be undone
  std::string lost;                   // why, or ""
  int64_t sampling_cost_ns = 0;
};

enum class Verdict {
  kFired,         // everything fired
  kInconclusive,  // something did not, or an agent was lost
  kStopped,       // by the user
  kRefused,       // nothing was started
};
std::string_view verdict_name(Verdict verdict);

struct PlayRecord {
  std::string run;
  Verdict verdict = Verdict::kRefused;
  std::string reason;  // one line for people, "" if everything fired
  int64_t begun_utc_ns = 0;
  int64_t barrier_utc_ns = 0;  // 0: it was never passed
  int64_t ended_utc_ns = 0;
  int attempts = 0;  // at the barrier
  int64_t lead_ns = 0;
  std::vector<HostRecord> hosts;
  std::vector<fdsl::Instance> instances;  // all there ever are
  std::vector<ActionRecord> actions;
  std::vector<PlayEvent> events;  // in merge_events()' order
  std::vector<Error> problems;    // why it was refused, with places of the schedule
  std::vector<std::string> notes;
  std::optional<Error> workload;  // why the workload failed
};

/// In the order of their times; equal times: as they are given.
void merge_events(std::vector<PlayEvent>& events);

/// `events` merged; `barrier_utc_ns` 0 if it was never passed.
std::vector<ActionRecord> judge_actions(const CompiledPlan& plan,
                                        const std::vector<PlayEvent>& events,
                                        int64_t barrier_utc_ns);

std::string_view kind_name(agent::v1::StepEvent::Kind kind);

}  // namespace cutset::injector::play
