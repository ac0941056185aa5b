// What a schedule does, host by host and moment by moment: the exact actions, their
// targets, when each is due and how it is undone. A pure function of the schedule and of
// where its instances run, so that a plan can be read, compared and kept before anything
// is started; an executor carries out a Plan and nothing else.
//
// Invariants of a Plan:
// 1. `instances` has every slot that there ever is, by service and slot.
// 2. Moments are those of the schedule, in its order; their actions are in the order in
//    which they are begun: services by name, events as in the file, slots as resolved.
// 3. `number` counts as FaultSee's master counts ids: 0 for the beginning, then one for
//    each mark, for each `start` (whose instances share it), for each instance hit, and
//    the last one for the end. A `heal` is one.
// 4. Names of moments and ids of actions are different.
//
// Thread rule: values, pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

/// Where instances run. Those without a place of their own take the hosts in turn, in the
/// order of services and slots.
struct Placement {
  std::vector<std::string> hosts;                              // not empty, different
  std::map<std::string, std::string> host_of_service;          // every slot of it
  std::map<std::pair<std::string, int>, std::string> host_of;  // one slot
};

/// "a,b,c" and "SERVICE=HOST" or "SERVICE/SLOT=HOST". Error: usage.
Result<Placement> parse_placement(const std::string& hosts,
                                  const std::vector<std::string>& places);

struct Instance {
  std::string service;
  int slot = 0;
  std::string host;
  bool from_beginning = true;

  friend bool operator==(const Instance&, const Instance&) = default;
};

struct PlannedAction {
  int number = 0;
  std::string id;  // "m2/replica/0/partition"; a second one: "m2/replica/0/partition#2"
  size_t moment = 0;
  size_t event = 0;  // schedule.moments[moment].events[event]; unused for a mark
  std::string host;  // "" for a mark: every host notes it
  std::string service;
  int slot = 0;
  std::string what;                       // "partition", "start", "mark", ...
  std::string how;                        // "{to: [...], label: ...}", ""
  std::string undo;                       // how and when it is undone, or why it is not
  std::optional<Milliseconds> undone_at;  // where the time is known
};

struct PlannedMoment {
  std::string name;                  // "m1" where the schedule gives none
  std::optional<Milliseconds> time;  // where it is known before the run
  std::string trigger;               // "span: {...}, until 60 s, otherwise inconclusive"
  std::vector<PlannedAction> actions;
};

struct Plan {
  int64_t seed = 0;
  int version = 1;
  std::vector<std::string> hosts;
  std::vector<Instance> instances;
  std::vector<PlannedMoment> moments;
  int64_t end_seconds = 0;
  int numbers = 0;                 // how many there are, with beginning and end
  std::vector<std::string> notes;  // what hosts must have for it: a proxy on a link, ...
};

/// Requires: a schedule that was read without problems.
/// Error: usage: a placement that names an instance or host that is not there.
Result<Plan> make_plan(const Schedule& schedule, const Placement& placement);

/// For people: one moment after the other, grouped by host.
std::string plan_text(const Plan& plan);
/// `cutset-plan/1`.
std::string plan_json(const Plan& plan);

}  // namespace cutset::injector::fdsl
