// What the selection finds in simulated systems, against what is known of them, against
// every schedule of a small model, and against draws from the same model.
#include <algorithm>
#include <map>
#include <set>

#include "replicated_system.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "campaign/nodes/node_campaign.h"

namespace cutset::testing {
namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)

const std::string kA =
    "acknowledged while a fault lasted: never arrived at follower, replaced on leader by "
    "what follower had";
const std::string kB =
    "acknowledged before the faults: lost with leader, replaced on follower by what "
    "leader had";
const std::string kC =
    "acknowledged after the faults had ended: never arrived at follower, replaced on "
    "leader by what follower had";
const std::string kOmitThenCrash =
    "acknowledged while a fault lasted: lost with leader, never arrived at follower";
const std::string kOmitThenRestart =
    "acknowledged while a fault lasted: lost with leader, never arrived at follower, "
    "replaced on follower by what leader had";
const std::string kOmitThenDrop =
    "acknowledged while a fault lasted: never arrived at follower, replaced on follower "
    "by "
    "what leader had, vanished from leader";

NodeSummary search(const SystemTraits& traits, const NodeCampaignOptions& options) {
  ReplicatedSystem system(traits);
  auto journal = campaign::Journal::create("");
  auto summary = run_node_campaign(system, **journal, options);
  EXPECT_TRUE(summary.ok()) << (summary.ok() ? "" : summary.error().text());
  return std::move(*summary);
}

NodeSummary search(const SystemTraits& traits) {
  return search(traits, NodeCampaignOptions{});
}

std::set<std::string> groups_of(const NodeSummary& summary) {
  std::set<std::string> keys;
  for (const MechanismGroup& group : summary.groups) keys.insert(group.key);
  return keys;
}

/// Distinct schedules until one of this mechanism was seen; INT_MAX: never.
int experiments_until(const NodeSummary& summary, const std::string& group) {
  int first = INT32_MAX;
  for (const TriedSchedule& tried : summary.tried) {
    if (tried.group == group) first = std::min(first, tried.experiment);
  }
  return first;
}

/// The durations at which this element breaks the outcome, "?" where nothing is known.
std::string broken_rungs(const NodeSummary& summary, const std::string& element) {
  std::string words;
  for (const LadderResult& ladder : summary.ladders) {
    if (ladder.words != element) continue;
    for (const RungResult& rung : ladder.rungs) {
      words += fmt::format("{}{} ", static_cast<double>(rung.duration.count()) / 1000,
                           rung.state == RungState::kBroken    ? "!"
                           : rung.state == RungState::kUnknown ? "?"
                                                               : "");
    }
  }
  return words;
}

TEST(Asynchronous, MechanismsComeEarly) {
  const NodeSummary summary = search(SystemTraits::asynchronous());
  EXPECT_EQ(summary.status, campaign::CampaignStatus::kExhausted) << summary.why;
  EXPECT_EQ(groups_of(summary), (std::set<std::string>{kA, kB, kC, kOmitThenCrash}));
  for (const std::string& key : {kA, kB, kC})
    EXPECT_LE(experiments_until(summary, key), 12) << key;
  EXPECT_LE(experiments_until(summary, kOmitThenCrash), 45);
  for (const MechanismGroup& group : summary.groups) {
    EXPECT_FALSE(group.flaky);
    EXPECT_EQ(group.main.reproduced, 5);
    EXPECT_EQ(group.parts.size(), (1U << group.main.schedule.size()) - 1);
  }
  EXPECT_EQ(summary.exit_code(false), 1);
}

// The table of messages.md section 7: which durations break.
TEST(Asynchronous, LaddersAreThoseOfTheGroundTruth) {
  const NodeSummary summary = search(SystemTraits::asynchronous());
  EXPECT_EQ(broken_rungs(summary, "isolate leader"), "0.5 1 1.5 2! 2.5! 3! 5! ");
  EXPECT_EQ(broken_rungs(summary, "crash and restart leader"),
            "0.5! 1! 1.5! 2! 2.5 3 5 ");
  EXPECT_EQ(broken_rungs(summary, "pause leader"), "0.5 1 1.5 2! 2.5! 3! 5 ");
  EXPECT_EQ(broken_rungs(summary, "crash leader"), "0 ");
  for (const LadderResult& ladder : summary.ladders) {
    if (ladder.words.find("follower") == std::string::npos ||
        ladder.words.find("in:") != std::string::npos)
      continue;
    for (const RungResult& rung : ladder.rungs)
      EXPECT_NE(rung.state, RungState::kBroken) << ladder.words;
  }
}

TEST(Majority, NothingIsFoundAndTheModelIsExhausted) {
  const NodeSummary summary = search(SystemTraits::majority());
  EXPECT_EQ(summary.status, campaign::CampaignStatus::kExhausted) << summary.why;
  EXPECT_TRUE(summary.groups.empty());
  EXPECT_LE(summary.experiments, 40);
  EXPECT_EQ(summary.exit_code(false), 0);
  EXPECT_NE(summary.statement.find("none breaks the outcome"), std::string::npos);
  EXPECT_FALSE(summary.assumptions.empty());
}

// Omit to a follower, crash the leader, restart it: three steps in this order.
TEST(PlantedLog, ThreeOrderedStepsAreFound) {
  const NodeSummary summary = search(SystemTraits::planted_log());
  ASSERT_EQ(groups_of(summary), (std::set<std::string>{kOmitThenRestart}));
  const MechanismGroup& group = summary.groups.front();
  EXPECT_LE(group.main.experiment, 40);
  ASSERT_EQ(group.main.schedule.steps.size(), 2U);
  EXPECT_EQ(group.main.schedule.steps[0].faults[0].element.text(),
            "cut leader -> follower");
  EXPECT_EQ(group.main.schedule.steps[1].relation, Relation::kDuring);
  EXPECT_EQ(group.main.schedule.steps[1].faults[0].element.text(),
            "crash and restart leader");
}

// The same steps, where the restarted leader has its log and only asks who has how much:
// no message that carries a write shows on whom its copy rests.
TEST(AskingLog, WhatARestartedLeaderHeardIsSupposedToMatter) {
  const NodeSummary summary = search(SystemTraits::asking_log());
  ASSERT_EQ(groups_of(summary), (std::set<std::string>{kOmitThenDrop}));
  const MechanismGroup& group = summary.groups.front();
  EXPECT_LE(group.main.experiment, 40);
  ASSERT_EQ(group.main.schedule.steps.size(), 2U);
  EXPECT_TRUE(is_of_links(group.main.schedule.steps[0].faults[0].element.mode));
  EXPECT_EQ(group.main.schedule.steps[1].faults[0].element.text(),
            "crash and restart leader");
}

TEST(Roles, TheLeaderMayDifferFromRunToRun) {
  SystemTraits still = SystemTraits::asynchronous();
  still.moves_leader = false;
  const NodeSummary a = search(still);
  const NodeSummary b = search(SystemTraits::asynchronous());
  ASSERT_EQ(a.tried.size(), b.tried.size());
  for (size_t i = 0; i < a.tried.size(); ++i)
    EXPECT_EQ(a.tried[i].schedule.text(), b.tried[i].schedule.text());
}

TEST(Flaky, IsReportedWithItsRateAndNoFinding) {
  SystemTraits traits = SystemTraits::asynchronous();
  traits.flaky_in_100 = 40;
  const NodeSummary summary = search(traits);
  ASSERT_FALSE(summary.groups.empty());
  bool any = false;
  for (const MechanismGroup& group : summary.groups) {
    EXPECT_EQ(group.flaky, group.main.reproduced < group.main.repetitions);
    any |= group.flaky;
    // What was confirmed has taken the flaky ones with it.
    EXPECT_EQ(summary.find("flaky: " + group.key), nullptr) << group.key;
  }
  EXPECT_TRUE(any);
}

// The oracle: every schedule of the model.

NodeCampaignOptions small() {
  NodeCampaignOptions options;
  options.model.ladder = {Milliseconds(1000), Milliseconds(3000)};
  options.distinguish_all = true;
  options.repeat = 2;
  return options;
}

std::set<NodeSchedule> found(const NodeSummary& summary) {
  std::set<NodeSchedule> schedules;
  for (const MechanismGroup& group : summary.groups) {
    schedules.insert(group.main.schedule);
    for (const Variant& variant : group.variants) schedules.insert(variant.schedule);
  }
  return schedules;
}

/// Cuts only, one of each link of some node: the isolation of this node by other names.
bool is_isolation(const NodeSummary& summary, const NodeSchedule& schedule) {
  const NodeSpace space(summary.model, summary.roles);
  for (const Place& node : space.nodes()) {
    std::set<Place> others;
    for (const NodeFault& fault : schedule.faults()) {
      if (!is_cut(fault.element.mode)) return false;
      if (fault.element.at == node) others.insert(fault.element.other);
      if (fault.element.other == node) others.insert(fault.element.at);
    }
    if (others.size() + 1 == space.nodes().size()) return true;
  }
  return false;
}

struct Case {
  const char* name;
  SystemTraits traits;
};

std::vector<Case> cases() {
  std::vector<Case> all = {{"asynchronous", SystemTraits::asynchronous()},
                           {"majority", SystemTraits::majority()},
                           {"planted log", SystemTraits::planted_log()},
                           {"asking log", SystemTraits::asking_log()}};
  SystemTraits traits = SystemTraits::asynchronous();
  traits.keeps_disk = true;
  all.push_back({"asynchronous, keeps its disk", traits});
  traits = SystemTraits::asynchronous();
  traits.promote_after = 1500;
  all.push_back({"asynchronous, slow failover", traits});
  traits = SystemTraits::asynchronous();
  traits.down_after = 60'000;
  all.push_back({"asynchronous, no failover", traits});
  traits = SystemTraits::majority();
  traits.keeps_disk = false;
  all.push_back({"majority in memory", traits});
  return all;
}

TEST(Exhaustive, NoMinimalFindingIsMissed) {
  for (const Case& each : cases()) {
    NodeCampaignOptions options = small();
    const NodeSummary selected = search(each.traits, options);
    options.strategy = Strategy::kExhaustive;
    const NodeSummary all = search(each.traits, options);
    EXPECT_EQ(groups_of(selected), groups_of(all)) << each.name;
    // Without distinguish_all, likes are not tried: the mechanisms are still the same.
    options.strategy = Strategy::kSupports;
    options.distinguish_all = false;
    EXPECT_EQ(groups_of(search(each.traits, options)), groups_of(all)) << each.name;
    const std::set<NodeSchedule> known = found(selected);
    const NodeSpace space(all.model, all.roles);
    for (const NodeSchedule& schedule : found(all)) {
      const bool covered = std::any_of(
          known.begin(), known.end(),
          [&](const NodeSchedule& other) { return space.contains(schedule, other); });
      EXPECT_TRUE(covered || is_isolation(all, schedule))
          << each.name << ": " << schedule.text();
    }
    // What was found is broken in the oracle's runs too, or contains what is.
    for (const NodeSchedule& schedule : known) {
      EXPECT_TRUE(std::any_of(all.tried.begin(), all.tried.end(),
                              [&](const TriedSchedule& tried) {
                                return !tried.group.empty() &&
                                       space.contains(schedule, tried.schedule);
                              }))
          << each.name << ": " << schedule.text();
    }
    fmt::print("{}: {} mechanisms, {} experiments of {}\n", each.name,
               selected.groups.size(), selected.experiments, all.experiments);
    EXPECT_LT(selected.experiments * 10, all.experiments) << each.name;
  }
}

TEST(Random, NeedsMore) {
  const NodeSummary selected = search(SystemTraits::asynchronous());
  const std::map<std::string, std::string> names = {{"A", kA}, {"B", kB}, {"C", kC}};
  std::map<std::string, std::vector<int>> until;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    NodeCampaignOptions options;
    options.strategy = Strategy::kRandom;
    options.seed = seed;
    options.repeat = 1;
    options.max_experiments = 300;
    const NodeSummary drawn = search(SystemTraits::asynchronous(), options);
    for (const auto& [name, key] : names)
      until[name].push_back(experiments_until(drawn, key));
  }
  std::vector<int> all(10, 0);
  for (auto& [name, counts] : until) {
    for (size_t i = 0; i < counts.size(); ++i) all[i] = std::max(all[i], counts[i]);
    std::sort(counts.begin(), counts.end());
    const int here = experiments_until(selected, names.at(name));
    fmt::print("{}: selected {}, drawn {} (median {})\n", name, here,
               fmt::join(counts, " "), counts[5]);
  }
  std::sort(all.begin(), all.end());
  const int selected_all =
      std::max({experiments_until(selected, kA), experiments_until(selected, kB),
                experiments_until(selected, kC)});
  fmt::print("all three: selected {}, drawn {}\n", selected_all, fmt::join(all, " "));
  EXPECT_LT(selected_all, all[5]);
}

}  // namespace
}  // namespace cutset::testing
