// The record of one played schedule, read from its folder (docs/formats.md, "The record
// of a play"): what reports and FaultSee's result files are made of.
//
// Invariants of a view that read_play() returned:
// 1. Events, samples and lines of output are in the order of their times.
// 2. Times are seconds since the barrier, or since the beginning where the barrier was
//    never passed; finite, and within a year of it.
//
// Thread rule: values; reading has no side effects.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cutset::report {

using Seconds = double;

struct PlayedInstance {
  std::string service;
  int slot = 0;
  std::string host;

  std::string name() const { return service + "/" + std::to_string(slot); }
};

struct PlayedHost {
  std::string name;
  int64_t clock_offset_ns = 0;
  int64_t clock_error_ns = 0;
  int64_t sampling_cost_ns = 0;
  std::vector<std::string> notes;
  std::vector<std::string> problems;
  std::string lost;
};

struct PlayedAction {
  int number = 0;
  std::string id;
  std::string moment;
  int line = 0;
  std::string what;
  std::string service;
  int slot = -1;
  std::string how;
  std::vector<std::string> hosts;
  std::string fate;
  bool acceptable = false;
  bool relayed = false;
  std::optional<Seconds> due;
  std::optional<Seconds> triggered;
  std::optional<Seconds> fired;
  std::optional<Seconds> verified;
  std::optional<Seconds> undone;
  std::optional<int64_t> late_ns;
  int64_t spread_ns = 0;
  std::string fired_on;
  std::string verified_by;
  std::string error;
  std::string output;

  /// "replica/0", "" for what concerns no instance.
  std::string target() const {
    return slot < 0 ? "" : service + "/" + std::to_string(slot);
  }
};

struct PlayedEvent {
  Seconds time = 0;
  std::string host;  // "": the controller
  std::string kind;
  std::string step;
  std::string instance;
  std::string detail;
  std::string error;
};

/// Counters since the instance (or the machine) began.
struct PlayedSample {
  Seconds time = 0;
  std::string host;
  std::string instance;  // "": the whole host
  int64_t cpu_ns = 0;
  int64_t memory_bytes = 0;
  int64_t received_bytes = 0;
  int64_t sent_bytes = 0;
  int64_t read_bytes = 0;
  int64_t written_bytes = 0;
  // 0: not known.
  int64_t memory_limit_bytes = 0;
  int64_t cores = 0;
  int64_t received_packets = 0;
  int64_t sent_packets = 0;
  int64_t received_dropped = 0;
  int64_t sent_dropped = 0;
};

struct PlayedLine {
  Seconds time = 0;
  std::string host;
  std::string instance;
  std::string text;
};

struct PlayView {
  std::string name;  // of the folder
  std::string run;
  std::string verdict;
  std::string reason;
  int64_t zero_utc_ns = 0;  // what times count from
  bool passed_barrier = false;
  Seconds begun = 0;
  Seconds ended = 0;
  int attempts = 0;
  int64_t lead_ns = 0;
  std::vector<PlayedHost> hosts;
  std::vector<PlayedInstance> instances;
  std::vector<PlayedAction> actions;
  std::vector<std::string> problems;
  std::vector<std::string> notes;
  std::vector<PlayedEvent> events;
  std::vector<PlayedSample> samples;
  std::vector<PlayedLine> output;
  int64_t left_out = 0;  // lines of the record beyond what is shown
};

/// Whether the folder holds a record of a play.
bool is_play_folder(const std::string& folder);
/// Error: bad_input with file and line; unavailable: no record, or one without a result,
/// as a killed controller leaves it.
Result<PlayView> read_play(const std::string& folder);

/// What samples show between one of them and the next, by host and instance ("": the
/// host), in the order of their times.
struct PlayedRate {
  Seconds time = 0;
  Seconds span = 0;  // since the sample before
  double cores = 0;
  double memory_bytes = 0;
  double received = 0;  // bytes a second
  double sent = 0;
  double read = 0;
  double written = 0;
  std::optional<double> received_packets;  // a second
  std::optional<double> sent_packets;
  std::optional<double> received_dropped;
  std::optional<double> sent_dropped;
  std::optional<double> cpu_share;     // of the host's cores
  std::optional<double> memory_share;  // of what it has
};
struct SampledThing {
  std::string host;
  std::string instance;
  friend auto operator<=>(const SampledThing&, const SampledThing&) = default;
};
std::map<SampledThing, std::vector<PlayedRate>> rates_of(const PlayView& view);

/// When instances came up and went down, by their events.
struct PlayedSpan {
  std::string instance;
  Seconds from = 0;
  Seconds to = 0;  // of one that was never seen to end: the end of the run
};
std::vector<PlayedSpan> spans_of(const PlayView& view);

}  // namespace cutset::report
