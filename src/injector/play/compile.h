// From a schedule and its plan to what each agent is given: the steps of LoadPlan
// (cutset/agent/v1/schedule.proto). A pure function, so that `--dry-run` shows exactly
// what a run loads.
//
// How FDSL maps:
// - An action of a moment whose time is known is a step with that time.
// - A moment with a trigger: actions on the trigger's own host carry the trigger, so that
//   the agent holds the message or call until they are in place. Those on other hosts
//   wait for FireStep; the controller relays (a Relay), which is asynchronous and is
//   recorded as such.
// - A moment that waits for such a moment follows a step of it on the same host; where
//   there is none, a mark ("NAME/when") stands for it.
// - Every instance of the beginning is a step that is fired before the barrier.
// - A crash with `restart_after` is two steps.
// - A request fault by `operation` is a step that waits for its calls; one by the whole
//   identity of a call is no step but a fault of the armed run of the proxies.
// What an agent cannot do at all is a problem with the schedule's line and a remedy.
//
// Invariants of a CompiledPlan without problems:
// 1. `hosts` are those of the plan, in its order, also those without steps.
// 2. `actions` are those of the plan, in its order; each has at least one step or a
//    request fault, unless nobody is hit.
// 3. Ids of steps are different on each host.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "injector/fdsl/plan.h"

namespace cutset::injector::play {

struct HostSteps {
  std::string host;
  std::vector<agent::v1::Step> steps;
  std::vector<agent::v1::FaultPlan> requests;  // for ArmRun; ids from 1
};

struct StepPlace {
  std::string host;
  std::string step;

  friend auto operator<=>(const StepPlace&, const StepPlace&) = default;
};

/// When the first of `sources` is triggered, `targets` are fired.
struct Relay {
  std::string moment;
  std::vector<StepPlace> sources;
  std::vector<StepPlace> targets;
};

/// What became of it decides the verdict.
struct CompiledAction {
  int number = 0;
  std::string id;
  std::string moment;  // its name
  std::string what;
  std::string service;  // "": a mark
  int slot = -1;        // -1: a mark or a heal
  std::string how;
  fdsl::Place place;                // in the schedule
  std::vector<StepPlace> steps;     // all must fire
  std::vector<StepPlace> followed;  // these only must not fail: the restart of a crash
  uint32_t request = 0;             // id of its request fault on `request_host`, or 0
  std::string request_host;
  std::optional<int64_t> due_ns;  // since the barrier, where it is known
  bool waits = false;  // for calls: when it fires says nothing about being late
  bool relayed = false;
  bool may_be_skipped = false;  // `otherwise: skip`
};

/// An instance that is up at the barrier.
struct BeginningInstance {
  std::string service;
  int slot = 0;
  StepPlace place;
};

struct CompiledPlan {
  std::vector<HostSteps> hosts;
  std::vector<Relay> relays;
  std::vector<CompiledAction> actions;
  std::vector<BeginningInstance> beginning;
  std::vector<fdsl::Instance> instances;
  int64_t end_ns = 0;
  std::vector<std::string> notes;
  std::vector<Error> problems;  // with file, line and column; not empty: cannot be played
};

/// Requires: a plan made of this schedule. `file` is named in problems.
CompiledPlan compile(const fdsl::Schedule& schedule, const fdsl::Plan& plan,
                     const std::string& file);

/// The steps of each host, one a line, for people: what `--dry-run` prints.
std::string steps_text(const CompiledPlan& plan);

}  // namespace cutset::injector::play
