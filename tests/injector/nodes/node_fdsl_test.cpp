// Schedules of nodes become FDSL that means what they mean: golden/*.yml, and every one
// of them is read back and planned without a problem.
#include "injector/nodes/node_fdsl.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/play/compile.h"

namespace cutset::injector {
namespace {

using campaign::nodes::Element;
using campaign::nodes::make_schedule;
using campaign::nodes::Mode;
using campaign::nodes::NodeFault;
using campaign::nodes::NodeSchedule;
using campaign::nodes::Place;
using campaign::nodes::Relation;
using campaign::nodes::single;
using std::chrono::milliseconds;

const Place kLeader{"leader", 0, ""};
const Place kFollower{"follower", 0, ""};
const Place kSecond{"follower", 1, ""};

NodesConfig config() {
  NodesConfig config;
  config.roles = {{"follower", {"n2", "n3"}}, {"leader", {"n1"}}};
  config.clients_on = "client";
  config.after = 20;
  return config;
}

std::vector<fdsl::Instance> instances() {
  std::vector<fdsl::Instance> made;
  for (const char* service : {"redis", "sentinel"}) {
    for (int slot = 0; slot < 3; ++slot)
      made.push_back({service, slot, "n" + std::to_string(slot + 1), true});
  }
  return made;
}

Result<fdsl::Schedule> made(const NodesConfig& config, const NodeSchedule& schedule) {
  const NodeSystem system{
      config, instances(), 3, milliseconds(60'000), [](const fdsl::Instance& one) {
        return one.service == "redis" ? "/data/redis." + std::to_string(one.slot)
                                      : std::string();
      }};
  return node_schedule_fdsl(schedule, system, "writes survive");
}

struct Case {
  const char* name;
  NodeSchedule schedule;
};

std::vector<Case> cases() {
  const auto fault = [](Mode mode, const Place& at, int ms, const Place& other = {}) {
    return NodeFault{{mode, at, other}, milliseconds(ms)};
  };
  const NodeFault cut = fault(Mode::kCutOneWay, kLeader, 2000, kSecond);
  const NodeFault crash = fault(Mode::kCrash, kFollower, 0);
  const NodeFault restart = fault(Mode::kRestart, kLeader, 1500);
  return {
      {"no-fault", {}},
      {"isolate", single(fault(Mode::kIsolate, kLeader, 2000))},
      {"isolate-out", single(fault(Mode::kIsolateOut, kLeader, 500))},
      {"isolate-in", single(fault(Mode::kIsolateIn, kSecond, 500))},
      {"isolate-with-clients", single(fault(Mode::kIsolateWithClients, kLeader, 2000))},
      {"cut-client-link", single(fault(Mode::kCut, kLeader, 2000, {"clients", 0, ""}))},
      {"restart", single(restart)},
      {"pause-process", single(fault(Mode::kPause, {"leader", 0, "sentinel"}, 3000))},
      {"disk-loss", single(fault(Mode::kDiskLoss, kFollower, 1000))},
      {"three-steps", make_schedule({{Relation::kDuring, {cut}},
                                     {Relation::kDuring, {crash}},
                                     {Relation::kAfter, {restart}}})},
      {"two-at-once", make_schedule({{Relation::kDuring, {cut, crash}}})},
  };
}

TEST(NodeFdsl, IsAsTheGoldenFilesSay) {
  const NodesConfig nodes = config();
  for (const Case& one : cases()) {
    const auto schedule = made(nodes, one.schedule);
    ASSERT_TRUE(schedule.ok()) << one.name << ": " << schedule.error().text();
    const std::string text = fdsl::write_schedule(*schedule);
    const std::string file =
        std::string(CUTSET_TEST_DATA) + "/golden/" + one.name + ".yml";
    if (std::getenv("CUTSET_UPDATE_GOLDEN") != nullptr) {
      ASSERT_TRUE(write_file(file, text).ok());
    }
    const auto golden = read_file(file);
    ASSERT_TRUE(golden.ok()) << golden.error().text();
    EXPECT_EQ(text, *golden) << one.name;
  }
}

TEST(NodeFdsl, IsReadBackAndCanBePlayed) {
  const NodesConfig nodes = config();
  for (const Case& one : cases()) {
    const auto schedule = made(nodes, one.schedule);
    ASSERT_TRUE(schedule.ok());
    const auto read = fdsl::parse_schedule(fdsl::write_schedule(*schedule), one.name);
    ASSERT_TRUE(read.ok()) << one.name << ": " << read.error().text();
    EXPECT_TRUE(*read == *schedule) << one.name;
    fdsl::Placement placement;
    placement.hosts = {"n1", "n2", "n3", "client"};
    for (const fdsl::Instance& instance : instances())
      placement.host_of[{instance.service, instance.slot}] = instance.host;
    placement.host_of_service["clients"] = "client";
    const auto plan = fdsl::make_plan(*read, placement);
    ASSERT_TRUE(plan.ok()) << one.name << ": " << plan.error().text();
    const play::CompiledPlan compiled = play::compile(*read, *plan, one.name);
    for (const Error& problem : compiled.problems) ADD_FAILURE() << problem.text();
    EXPECT_EQ(compiled.beginning.size(), 6u) << one.name;
  }
}

TEST(NodeFdsl, ADiskThatNobodyHasCannotBeLost) {
  const NodesConfig nodes = config();
  const auto schedule = made(
      nodes,
      single({{Mode::kDiskLoss, {"leader", 0, "sentinel"}, {}}, milliseconds(1000)}));
  ASSERT_FALSE(schedule.ok());
  EXPECT_NE(schedule.error().message.find("self.data"), std::string::npos);
}

}  // namespace
}  // namespace cutset::injector
