// Carries out the steps of one plan on this host: arms, waits for time or trigger,
// applies, verifies, undoes, and says what happened (event_log.h).
//
//   armed -> firing -> in place -> over        (a fault that lasts; one that waits fires
//                                               there, at its first hit)
//                   -> over                    (one that is done when it is done)
//   armed -> over                              (not reached, skipped, closed)
//
// Invariants:
// 1. A step fires at most once.
// 2. The records of a fault are on disk before it is applied, and struck only after it is
//    undone.
// 3. After close() nothing fires, nothing is in place, nobody is held; what could not be
//    undone is reported, and its records stay open for the keeper.
// 4. No step waits for another one, but for those of the same instance that act on its
//    life (start, stop, kill, restart), which come one after the other.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "agent/faults/fault_table.h"
#include "agent/plan/event_log.h"
#include "agent/plan/timeline.h"
#include "agent/plan/triggers.h"

namespace cutset::agent {

class Executor {
 public:
  /// Plan, host and events must outlive it; the plan must have passed check_plan().
  Executor(const v1::LoadPlanRequest& plan, const FaultHost& host, Intents& intents,
           EventLog& events);
  ~Executor();

  /// What this host cannot do; empty: every step is armed.
  std::vector<v1::StepProblem> arm(std::vector<std::string>* notes);
  /// Error: it has passed, or was given already.
  Status start(int64_t barrier_utc_ns);
  /// Begins a step whose trigger is the controller's, before the barrier too. Error: no
  /// such step; over already.
  Status fire(const std::string& step);
  /// Ends everything; problems are what could not be undone.
  std::vector<std::string> close();

  uint32_t in_place() const;
  /// Does something on a thread of the executor; nothing after close().
  void soon(Timeline::Work work) { timeline_.now(std::move(work)); }

 private:
  enum class State { kArmed, kFiring, kInPlace, kOver };
  struct StepRun {
    const v1::Step* step = nullptr;
    const FaultRule* rule = nullptr;  // null: a mark, a heal or a resume
    State state = State::kArmed;      // guarded by mutex_
    bool undo_wanted = false;         // guarded by mutex_: as soon as it has fired
    uint64_t order = 0;               // guarded by mutex_: of firing, 1, 2, ...

    std::mutex work;  // one thread at a time prepares, applies, undoes; before mutex_
    std::unique_ptr<Fault> fault;
    std::vector<OpenRecord> records;
    bool prepared = false;
  };
  using Release = std::function<void()>;
  using Ended = std::optional<Monotonic::time_point>;  // planned

  void arm_time(StepRun& run);
  Status arm_trigger(StepRun& run);
  Status watch_for(StepRun& run);
  bool is_too_early(const StepRun& run, Monotonic::time_point now) const;
  void prepare_before(StepRun& run, Monotonic::time_point due);
  void prepare_ahead(StepRun& run);
  std::unique_lock<std::mutex> lock_life(const StepRun& run);
  void begin(StepRun& run, const std::string& on_what, Ended planned, Release release);
  void carry_out(StepRun& run, Ended planned, const Release& release);
  void trigger_timed_out(StepRun& run);

  Status prepare(StepRun& run);
  Status make_ready(StepRun& run);
  Result<std::string> apply(StepRun& run);
  Result<std::string> do_own_action(const v1::Step& step);
  void verify(StepRun& run, const Status& finished);
  void applied(StepRun& run, const std::string& on_what);
  void hit(StepRun& run, const std::string& on_what);
  void tell_undone(StepRun& run, const std::string& why);
  void undo_at(StepRun& run, Monotonic::time_point when);
  void settle(StepRun& run, Ended planned, Monotonic::time_point fired_at);
  Status undo(StepRun& run, const std::string& why);
  Status undo_fault(StepRun& run);
  std::vector<StepRun*> in_place_newest_first(
      const std::function<bool(const StepRun&)>& wanted);
  std::string undo_those(const std::function<bool(const StepRun&)>& wanted,
                         const std::string& why);

  bool claim(StepRun& run, State from, State to);
  void end_waiting();
  static v1::StepEvent event_of(v1::StepEvent::Kind kind, const StepRun& run);
  void add(v1::StepEvent::Kind kind, const StepRun& run, const std::string& detail,
           const std::string& error = "");

  const v1::LoadPlanRequest& plan_;
  std::atomic<bool> closing_now_{false};
  FaultHost host_;
  Intents& intents_;
  EventLog& events_;
  Triggers triggers_;
  std::map<std::string, std::unique_ptr<StepRun>> runs_;  // by step id
  std::vector<StepRun*> in_order_;
  std::multimap<std::string, StepRun*> after_;  // step triggers, by what they wait for

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Monotonic::time_point> barrier_;  // guarded by mutex_
  bool closing_ = false;                          // guarded by mutex_
  uint64_t last_order_ = 0;                       // guarded by mutex_
  std::map<std::string, std::mutex> lives_;  // by instance; filled before threads are

  Timeline timeline_;  // last: its threads use all of the above
};

}  // namespace cutset::agent
