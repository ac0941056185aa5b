// What the record of a played schedule says of the faults of a run: records/*.txt.
// Whether the next run may follow.
#include "injector/nodes/node_record.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"

namespace cutset::injector {
namespace {

namespace nodes = campaign::nodes;

constexpr int64_t kNanosAMilli = 1'000'000;

struct RecordCase {
  nodes::NodeSchedule schedule;
  play::PlayRecord record;
  std::vector<std::string> reports;
};

nodes::Mode mode_of(const std::string& name) {
  const auto* found =
      std::find_if(std::begin(nodes::kAllModes), std::end(nodes::kAllModes),
                   [&](nodes::Mode mode) { return nodes::mode_name(mode) == name; });
  EXPECT_NE(found, std::end(nodes::kAllModes)) << "no mode " << name;
  return found == std::end(nodes::kAllModes) ? nodes::Mode::kIsolate : *found;
}

play::Fate fate_of(const std::string& name) {
  for (const play::Fate fate :
       {play::Fate::kFired, play::Fate::kNotReached, play::Fate::kFailed}) {
    if (play::fate_name(fate) == name) return fate;
  }
  ADD_FAILURE() << "no fate " << name;
  return play::Fate::kFailed;
}

std::optional<int64_t> time_of(const std::string& word) {
  if (word == "-") return std::nullopt;
  return std::stoll(word) * kNanosAMilli;
}

std::string rest_of(std::istringstream& words) {
  std::string text;
  std::getline(words, text);
  return std::string(trim(text));
}

// Each fault a step of its own: a step sorts its faults.
RecordCase read_case(const std::string& text) {
  RecordCase result;
  for (const std::string& line : split(text, "\n")) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "fault") {
      std::string mode;
      std::string role;
      int64_t duration = 0;
      words >> mode >> role >> duration;
      result.schedule.steps.push_back(
          {nodes::Relation::kDuring,
           {{{mode_of(mode), {role, 0, ""}, {}}, nodes::Milliseconds(duration)}}});
    } else if (kind == "action") {
      play::ActionRecord action;
      std::string fate;
      std::string fired;
      std::string undone;
      words >> action.action.moment >> action.action.what >> fate >> fired >> undone;
      action.action.id = "a" + std::to_string(result.record.actions.size());
      action.fate = fate_of(fate);
      action.fired_ns = time_of(fired);
      action.undone_ns = time_of(undone);
      action.error = rest_of(words);
      result.record.actions.push_back(std::move(action));
    } else if (kind == "report") {
      result.reports.push_back(rest_of(words));
    } else {
      EXPECT_TRUE(line.empty() || kind == "#") << line;
    }
  }
  return result;
}

std::string text_of(const nodes::NodeFaultReport& report, const FaultTimes& time) {
  std::string text = report.fired ? "fired" : "not-fired";
  text += report.reachable ? " reachable" : " unreachable";
  text += report.undone ? " undone" : " not-undone";
  text += " from " + std::to_string(time.fired_ns / kNanosAMilli);
  text += " to " + std::to_string(time.undone_ns / kNanosAMilli);
  return report.error.empty() ? text : text + " " + report.error;
}

NodesConfig two_roles() {
  NodesConfig config;
  config.roles = {{"follower", {"n2", "n3"}}, {"leader", {"n1"}}};
  config.clients_on = "client";
  return config;
}

TEST(NodeRecord, FaultsAreReportedAsTheFilesSay) {
  size_t count = 0;
  const std::filesystem::path folder = std::string(CUTSET_TEST_DATA) + "/records";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    ++count;
    SCOPED_TRACE(entry.path().filename().string());
    const RecordCase given = read_case(read_file(entry.path().string()).value());
    nodes::NodeRun run;
    const std::vector<FaultTimes> times =
        fault_reports(given.schedule, two_roles(), given.record, run);
    ASSERT_EQ(times.size(), run.faults.size());
    std::vector<std::string> reports;
    for (size_t i = 0; i < times.size(); ++i)
      reports.push_back(text_of(run.faults[i], times[i]));
    EXPECT_EQ(reports, given.reports);
    for (size_t i = 0; i < given.schedule.steps.size(); ++i) {
      const std::string& role = given.schedule.steps[i].faults[0].element.at.role;
      EXPECT_EQ(run.faults[i].node, role == "leader" ? "n1" : "n2");
    }
  }
  EXPECT_GE(count, 12U);
}

TEST(NodeRecord, WhatWasNotUndoneEndsTheCampaign) {
  play::PlayRecord record;
  record.hosts.resize(2);
  record.hosts[0].name = "n1";
  record.hosts[1].name = "n2";
  EXPECT_TRUE(nothing_stays(record).ok());
  record.hosts[1].notes = {"delays are made by a proxy here"};
  EXPECT_TRUE(nothing_stays(record).ok());
  record.hosts[1].problems = {"fault-0/n2: cannot remove rules", "another"};
  const Status left = nothing_stays(record);
  ASSERT_FALSE(left.ok());
  EXPECT_EQ(left.error().text(),
            "n2: a fault was not undone: fault-0/n2: cannot remove rules");
  EXPECT_EQ(left.error().kind, ErrorKind::kUnavailable);
  record.hosts[0].lost = "its agent is gone";
  EXPECT_EQ(nothing_stays(record).error().text(), "n1 is lost: its agent is gone");
}

TEST(NodeRecord, AWorkloadThatDidNotStartExplainsWhatItDidNotWrite) {
  play::PlayRecord record;
  record.workload = Error::bad_input("no history");
  record.actions.resize(2);
  record.actions[0].action.moment = "fault-1";
  record.actions[0].error = "no rules";
  record.actions[1].action.moment = "workload";
  EXPECT_EQ(workload_error(record, "client").text(), "no history");
  record.actions[1].error = "cannot start \"cutset-driver\"";
  EXPECT_EQ(workload_error(record, "client").text(),
            "the workload cannot be started on client: cannot start \"cutset-driver\"");
}

}  // namespace
}  // namespace cutset::injector
