// The campaign's promises: what did not fire, what is in the journal, resuming, bounds.
#include <filesystem>
#include <fstream>

#include "replicated_system.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "campaign/nodes/node_campaign.h"
#include "campaign/nodes/node_json.h"

namespace cutset::testing {
namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)
using campaign::CampaignStatus;
using campaign::Journal;
using campaign::Verdict;

NodeCampaignOptions options() {
  NodeCampaignOptions options;
  options.name = "test";
  options.config = "digest";
  options.model.ladder = {Milliseconds(1000), Milliseconds(3000)};
  return options;
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + fmt::format("cutset-nodes-{}", ::getpid());
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  std::string journal() const { return path_ + "/journal.jsonl"; }
  std::string path_;
};

std::string text_of(const NodeSummary& summary) {
  std::string text;
  for (const TriedSchedule& tried : summary.tried)
    text +=
        fmt::format("{} {} {}\n", tried.experiment, tried.state, tried.schedule.text());
  for (const MechanismGroup& group : summary.groups) {
    text += fmt::format("{}: {}\n", group.key, group.main.schedule.text());
    for (const Variant& variant : group.variants)
      text += fmt::format("  {}\n", variant.schedule.text());
  }
  return text + summary.statement;
}

using NodeJournal = Folder;

TEST_F(NodeJournal, PlanComesBeforeResult) {
  ReplicatedSystem system(SystemTraits::asynchronous());
  auto file = Journal::create(journal());
  ASSERT_TRUE(run_node_campaign(system, **file, options()).ok());
  std::ifstream lines(journal());
  std::string open;
  size_t results = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto record = nlohmann::ordered_json::parse(line);
    if (record["type"] == "plan") {
      EXPECT_EQ(open, "");
      open = record["run"].get<std::string>();
      const auto schedule = schedule_from_json(record["schedule"]);
      ASSERT_TRUE(schedule.ok());
      EXPECT_EQ(schedule->text(), record["text"].get<std::string>());
    } else if (record["type"] == "result") {
      EXPECT_EQ(open, record["run"].get<std::string>());
      open.clear();
      ++results;
      const auto run = run_from_json(record["result"]);
      ASSERT_TRUE(run.ok()) << run.error().text();
      EXPECT_EQ(to_json(*run), record["result"]);
    }
  }
  EXPECT_EQ(results, system.runs());
}

TEST_F(NodeJournal, ResumesWhereItWasAndTellsTheSame) {
  ReplicatedSystem whole(SystemTraits::asynchronous());
  auto none = Journal::create("");
  const auto expected = run_node_campaign(whole, **none, options());
  ASSERT_TRUE(expected.ok());

  ReplicatedSystem first(SystemTraits::asynchronous());
  {
    auto file = Journal::create(journal());
    NodeCampaignOptions stopped = options();
    stopped.stop = [&first] { return first.runs() >= 20; };
    const auto part = run_node_campaign(first, **file, stopped);
    ASSERT_TRUE(part.ok());
    EXPECT_EQ(part->status, CampaignStatus::kStopped);
    EXPECT_EQ(part->exit_code(false), 1);
  }
  ReplicatedSystem second(SystemTraits::asynchronous());
  {
    auto file = Journal::resume(journal());
    ASSERT_TRUE(file.ok());
    const auto rest = run_node_campaign(second, **file, options());
    ASSERT_TRUE(rest.ok()) << rest.error().text();
    EXPECT_EQ(text_of(*rest), text_of(*expected));
  }
  EXPECT_EQ(first.runs() + second.runs(), whole.runs());
  const auto read = read_node_summary(journal());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->status, CampaignStatus::kExhausted);
  EXPECT_EQ(text_of(*read), text_of(*expected));
}

TEST_F(NodeJournal, OfAKilledCampaignCanBeRead) {
  ReplicatedSystem system(SystemTraits::asynchronous());
  {
    auto file = Journal::create(journal());
    ASSERT_TRUE(run_node_campaign(system, **file, options()).ok());
  }
  const std::string content = *read_file(journal(), 100 << 20);
  std::ofstream(journal(), std::ios::trunc) << content.substr(0, content.size() / 2);
  const auto before = std::filesystem::file_size(journal());
  const auto read = read_node_summary(journal());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->status, CampaignStatus::kStopped);
  EXPECT_FALSE(read->groups.empty());
  EXPECT_EQ(std::filesystem::file_size(journal()), before);
}

TEST_F(NodeJournal, HostileJournalsAreRefused) {
  for (const char* content :
       {"", "{}\n", "{\"type\":\"start\",\"world\":\"nodes\"}\n",
        "{\"type\":\"start\",\"world\":\"calls\"}\n", "not json\n"}) {
    std::ofstream(journal(), std::ios::trunc) << content;
    const auto read = read_node_summary(journal());
    ASSERT_FALSE(read.ok()) << content;
    EXPECT_EQ(read.error().kind, ErrorKind::kBadInput);
  }
}

/// Every fault on a follower fails to be applied.
class BrokenInjector : public ReplicatedSystem {
 public:
  BrokenInjector() : ReplicatedSystem(SystemTraits::majority()) {}
  Result<NodeRun> run(const NodeSchedule& schedule, const std::string& name) override {
    CUTSET_ASSIGN(NodeRun run, ReplicatedSystem::run(schedule, name));
    const std::vector<NodeFault> faults = schedule.faults();
    for (size_t i = 0; i < faults.size(); ++i) {
      if (faults[i].element.at.role == "follower") {
        run.faults[i].fired = false;
        run.faults[i].error = "no such rule";
      }
    }
    return run;
  }
};

TEST(NodeCampaign, WhatDidNotFireIsInconclusive) {
  BrokenInjector system;
  auto journal = Journal::create("");
  const auto summary = run_node_campaign(system, **journal, options());
  ASSERT_TRUE(summary.ok());
  EXPECT_GT(summary->inconclusive, 0);
  EXPECT_EQ(summary->exit_code(false), 2);
  for (const TriedSchedule& tried : summary->tried) {
    if (tried.schedule.size() == 1 &&
        tried.schedule.faults()[0].element.at.role == "follower") {
      EXPECT_EQ(tried.state, "inconclusive");
    }
  }
}

/// Loses writes without any fault.
class BadSystem : public ReplicatedSystem {
 public:
  BadSystem() : ReplicatedSystem(SystemTraits::majority()) {}
  Result<NodeRun> run(const NodeSchedule& schedule, const std::string& name) override {
    CUTSET_ASSIGN(NodeRun run, ReplicatedSystem::run(schedule, name));
    run.verdict = Verdict::kViolated;
    return run;
  }
};

TEST(NodeCampaign, AnOutcomeThatDoesNotHoldWithoutFaultsIsNotSearched) {
  BadSystem system;
  auto journal = Journal::create("");
  const auto summary = run_node_campaign(system, **journal, options());
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->status, CampaignStatus::kFailed);
  EXPECT_EQ(system.runs(), 1U);
  EXPECT_TRUE(summary->groups.empty());
  EXPECT_EQ(summary->exit_code(false), 2);
}

TEST(NodeCampaign, EndsAtItsBound) {
  ReplicatedSystem system(SystemTraits::majority());
  auto journal = Journal::create("");
  NodeCampaignOptions bounded = options();
  bounded.max_experiments = 10;
  const auto summary = run_node_campaign(system, **journal, bounded);
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->experiments, 10);
  EXPECT_EQ(summary->status, CampaignStatus::kStopped);
  EXPECT_EQ(summary->exit_code(false), 3);
}

}  // namespace
}  // namespace cutset::testing
