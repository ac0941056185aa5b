// A schedule: one experiment as FDSL describes it (docs/fdsl.md), read from a file or
// made for a fault set, ready to be planned (fdsl/plan.h) and written (fdsl/write.h).
//
// The model is FDSL 2; an FDSL 1 file is one that uses less of it and says version 1.
//
// Invariants of a Schedule that read_schedule() returned without a problem:
// 1. Moments with a time come first, in the order of their times (equal times: as in the
//    file); moments with `when` follow, as in the file.
// 2. Inside a moment the services are in the byte order of their names; the events of one
//    service are in the order of the file.
// 3. Every service is one of `services`; every slot that is named can exist.
// 4. Names of moments are different; every `heal` and `when.moment` names something.
//
// Thread rule: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "injector/fdsl/fault.h"

namespace cutset::injector::fdsl {

/// More containers of a service: the next free slots.
struct Start {
  Target count;  // amount or percentage

  friend bool operator==(const Start&, const Start&) = default;
};

/// Ends instances gently: SIGTERM, after 10 s SIGKILL.
struct Stop {
  Target target;

  friend bool operator==(const Stop&, const Stop&) = default;
};

struct Inject {
  Target target;
  Fault fault;

  friend bool operator==(const Inject&, const Inject&) = default;
};

/// Undoes every fault with this label.
struct Heal {
  std::string label;

  friend bool operator==(const Heal&, const Heal&) = default;
};

/// The same slots again, with the disks they had; who is alive is stopped first.
struct Restart {
  std::vector<int> slots;

  friend bool operator==(const Restart&, const Restart&) = default;
};

/// Ends the pause of these slots.
struct Resume {
  std::vector<int> slots;

  friend bool operator==(const Resume&, const Resume&) = default;
};

using Action = std::variant<Start, Stop, Inject, Heal, Restart, Resume>;

struct ServiceEvent {
  std::string service;
  Action action;
  Place place;

  friend bool operator==(const ServiceEvent&, const ServiceEvent&) = default;
};

/// What happens to the experiment when a trigger was not seen in time.
enum class Otherwise { kInconclusive, kSkip, kFire };

struct AfterMoment {
  std::string name;
  Milliseconds after{0};

  friend bool operator==(const AfterMoment&, const AfterMoment&) = default;
};

using Trigger =
    std::variant<MessageTrigger, CallTrigger, SpanTrigger, LogTrigger, AfterMoment>;

struct When {
  Trigger trigger;
  Milliseconds timeout{0};  // since the start barrier
  Otherwise otherwise = Otherwise::kInconclusive;

  friend bool operator==(const When&, const When&) = default;
};

struct Moment {
  std::string name;                  // "" or unique
  std::optional<Milliseconds> time;  // since the start barrier; exactly one of time, when
  std::optional<When> when;
  std::string mark;
  std::vector<ServiceEvent> events;
  Place place;

  friend bool operator==(const Moment&, const Moment&) = default;
};

struct Budget {
  std::optional<int64_t> last_fault_time;
  std::optional<int64_t> crashes;
  std::optional<int64_t> faults;

  friend bool operator==(const Budget&, const Budget&) = default;
};

/// Why the schedule was made. Not executed.
struct Lineage {
  std::string run;
  std::string goal;
  std::vector<std::string> breaks;
  std::vector<std::string> faults;  // "error(503) on a:GET /#1"
  std::optional<Budget> budget;

  friend bool operator==(const Lineage&, const Lineage&) = default;
};

constexpr int64_t kDefaultSeed = 789;  // FDSL's

struct Schedule {
  int version = 1;  // of FDSL: 1 or 2
  int64_t seed = kDefaultSeed;
  std::string ntp_server;                             // "" where none is named
  std::vector<std::pair<std::string, int>> services;  // of `beginning`, sorted by name
  std::vector<Moment> moments;
  int64_t end_seconds = 0;
  std::optional<Lineage> lineage;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// Establishes invariants 1 and 2.
void put_in_order(Schedule& schedule);

/// "12", "1.5": seconds for people.
std::string seconds_text(Milliseconds time);
std::string_view otherwise_name(Otherwise otherwise);
/// The key of a service event ("start", "fault", ...) and of a trigger ("span", ...).
std::string_view action_key(const Action& action);
std::string_view trigger_key(const Trigger& trigger);

}  // namespace cutset::injector::fdsl
