// Plays a compiled schedule on agents that are up: loads the steps everywhere, measures
// the clocks, starts the instances of the beginning and waits until they are ready, lets
// everybody begin at one moment, relays triggers between hosts, and ends everything.
//
// Nothing of it stays: whatever happens, every agent is told to close its plan, which
// ends the instances and undoes the faults. The agents' leases stay, so that the next
// schedule can be played on the same agents.
//
// - A step that some agent cannot do: nothing is started, all problems are in the record.
// - The barrier is a time by each agent's own clock, acknowledged before it has passed.
// Is
//   one of them late, everybody closes and all is tried again with twice the lead, at
//   most kMostAttempts times.
// - A lost agent ends the run: the others are closed, the verdict is inconclusive.
// - A stop (Ctrl-C) does the same; the verdict is "stopped".
//
// Thread rule: one call at a time for the same agents; the hooks are called on threads of
// the player, `on_event` and `on_started` never at the same time.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "injector/play/compile.h"
#include "injector/play/plan_agent.h"
#include "injector/play/record.h"
#include "injector/stop_signal.h"

namespace cutset::injector::play {

constexpr int kMostAttempts = 5;
constexpr int kClockRounds = 8;

struct PlayHost {
  std::string name;  // as in the plan
  PlanAgent* agent = nullptr;
  std::vector<agent::v1::Instance> instances;  // all of the plan, as this host knows them
};

struct PlaySetup {
  std::string run;              // [A-Za-z0-9._-]{1,64}
  std::vector<PlayHost> hosts;  // those of the plan
  std::string schedule_file;    // for messages
  std::string ntp_server;       // "": none is asked
  std::string folder;           // of the record; "": it is kept in memory only
  // Files for the folder: name and content.
  std::vector<std::pair<std::string, std::string>> copies;
  std::chrono::milliseconds sample{1000};    // of resources; 0: none
  std::chrono::milliseconds log_every{250};  // how often new output is read; 0: never
  std::chrono::milliseconds first_lead{0};   // of the barrier; 0: from the round trips
  std::chrono::milliseconds start_within{30'000};  // of the instances of the beginning
};

struct PlayHooks {
  /// The clocks of all hosts have been compared with ours; nothing was loaded yet.
  std::function<void(const std::vector<HostRecord>& hosts)> on_clocks;
  /// Blocks until the instance is ready; `ended` says whether it has ended meanwhile.
  std::function<Status(const BeginningInstance& instance,
                       const std::function<bool()>& ended)>
      await_ready;
  /// Every instance of the beginning is ready; nothing else has happened yet. An error
  /// ends the run.
  std::function<Status(const StopSignal& stop)> before_barrier;
  /// The barrier has passed.
  std::function<void(int64_t barrier_utc_ns)> on_started;
  /// Everything that is seen, when it is seen. The controller's own notes too.
  std::function<void(const PlayEvent& event)> on_event;
  /// Runs on a thread of its own from the barrier on. `stop` tells it to return: the end
  /// of the schedule has come, or the run is ended early.
  std::function<Status(const StopSignal& stop)> workload;
  /// With a workload: ends as soon as it has returned and every step is settled (fired,
  /// failed or out of reach, and undone if it has a duration), not at the schedule's end.
  bool end_with_workload = false;
};

/// Requires: a compiled plan without problems; the setup's hosts are the plan's.
PlayRecord play(const CompiledPlan& plan, const PlaySetup& setup, const PlayHooks& hooks,
                const StopSignal& stop);

}  // namespace cutset::injector::play
