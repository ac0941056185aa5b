// What a campaign on nodes comes to. Thread rule: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/nodes/node_model.h"
#include "campaign/summary.h"

namespace cutset::campaign::nodes {

/// A schedule that broke the outcome.
struct Variant {
  NodeSchedule schedule;
  int experiment = 0;
  std::string run;
  int reproduced = 0;  // of `repetitions`, the first run included
  int repetitions = 0;
  std::string found;
};

/// A part of a finding, or a weaker form of it, that was shown to hold.
struct ShownToHold {
  NodeSchedule schedule;
  std::string run;
};

/// All findings that lose writes in the same way (node_mechanism.h).
struct MechanismGroup {
  std::string key;
  std::string words;
  Variant main;  // the first that was confirmed and is minimal
  bool flaky = false;
  std::vector<ShownToHold> parts;   // every proper part of `main`
  std::vector<ShownToHold> weaker;  // `main` with one fault weakened
  std::vector<Variant> variants;    // minimal too
  std::vector<LostWrite> lost;      // of the first run; a sample
  std::vector<Reaction> reactions;

  /// 16 hex digits of the key: equal in every campaign.
  std::string id() const;
};

enum class RungState : uint8_t { kHeld, kBroken, kFlaky, kUnknown };

struct RungResult {
  Milliseconds duration{0};
  RungState state = RungState::kUnknown;
  bool tried = false;     // false: concluded from its neighbours
  int experiment = 0;     // tried
  std::string group;      // broken: the group's key
  std::string signature;  // what the system did
};

/// One element, or one fault of a finding of several, at every duration.
struct LadderResult {
  std::string words;  // "isolate leader"
  std::vector<RungResult> rungs;
  std::string as;  // not refined, for it behaved at its ends like this element
};

struct TriedSchedule {
  int experiment = 0;
  std::string run;
  std::string purpose;  // "fault-free", "end", "rung", "support", "rescue", "part", ...
  NodeSchedule schedule;
  std::string state;  // a verdict, "unreachable", "flaky"
  std::string group;  // of a violation
  std::string signature;
};

struct NodeSummary {
  std::string name;
  CampaignStatus status = CampaignStatus::kExhausted;
  std::string why;                     // stopped, failed
  std::optional<Error> error;          // failed
  std::string strategy;                // "supports", "random"
  uint64_t seed = 1;                   // of random
  std::vector<MechanismGroup> groups;  // in order of discovery
  std::vector<LadderResult> ladders;
  std::vector<TriedSchedule> tried;
  int experiments = 0;  // distinct schedules, the fault-free one included
  int runs = 0;         // with repetitions
  int inconclusive = 0;
  int unreachable = 0;
  uint64_t schedules_in_model = 0;  // distinct ones within the budget
  bool schedules_at_least = false;
  NodeModel model;
  NodeRoles roles;
  std::vector<std::string> notes;
  std::string statement;
  std::vector<std::string> assumptions;

  const MechanismGroup* find(const std::string& key) const;
  /// DESIGN's exit codes: 0, 1, 2, 3.
  int exit_code(bool fail_on_flaky) const;
};

}  // namespace cutset::campaign::nodes
