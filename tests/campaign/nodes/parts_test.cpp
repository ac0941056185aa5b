// Schedules, the model's space and ladders, each by itself.
#include <gtest/gtest.h>

#include "campaign/nodes/node_ladder.h"
#include "campaign/nodes/node_mechanism.h"
#include "campaign/nodes/node_model.h"
#include "campaign/nodes/node_random.h"
#include "campaign/nodes/node_sets.h"
#include "campaign/nodes/node_stability.h"

namespace cutset::testing {
namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)

const Place kLeader{"leader", 0, ""};
const Place kFirst{"follower", 0, ""};
const Place kSecond{"follower", 1, ""};
const Milliseconds kSecondLong(1000);

NodeFault isolate(const Place& at) {
  return {{Mode::kIsolate, at, {}}, kSecondLong};
}
NodeFault cut(const Place& from, const Place& to) {
  return {{Mode::kCutOneWay, from, to}, kSecondLong};
}
NodeFault crash(const Place& at) {
  return {{Mode::kCrash, at, {}}, Milliseconds(0)};
}

NodeSpace space() {
  NodeRoles roles;
  roles.members = {{"leader", 1}, {"follower", 2}};
  return {NodeModel{}, roles};
}

TEST(Schedule, SaysItsOrder) {
  const NodeSchedule schedule = make_schedule(
      {{Relation::kDuring, {isolate(kLeader)}}, {Relation::kAfter, {crash(kSecond)}}});
  EXPECT_EQ(schedule.text(), "isolate leader for 1 s; then, after it, crash follower 2");
}

TEST(Schedule, APartKeepsWhatFollowsWhat) {
  const NodeSchedule schedule = make_schedule({{Relation::kDuring, {isolate(kLeader)}},
                                               {Relation::kAfter, {crash(kFirst)}},
                                               {Relation::kDuring, {crash(kSecond)}}});
  const NodeSchedule part = part_of(schedule, 0b101);
  ASSERT_EQ(part.steps.size(), 2U);
  EXPECT_EQ(part.steps[1].relation, Relation::kAfter);
  EXPECT_EQ(part_of(schedule, 0b110).steps[0].relation, Relation::kDuring);
  EXPECT_TRUE(part_of(schedule, 0).empty());
}

TEST(Space, FollowersCanBeExchanged) {
  const NodeSpace nodes = space();
  EXPECT_EQ(nodes.canonical(single(isolate(kSecond))), single(isolate(kFirst)));
  const NodeSchedule two = make_schedule({{Relation::kDuring, {cut(kLeader, kSecond)}},
                                          {Relation::kDuring, {crash(kLeader)}}});
  EXPECT_EQ(nodes.canonical(two).steps[0].faults[0], cut(kLeader, kFirst));
}

TEST(Space, FaultsStayOnAMinorityOfTheNodes) {
  const NodeSpace nodes = space();
  EXPECT_TRUE(nodes.admits(cut(kLeader, kFirst), crash(kLeader)));
  EXPECT_TRUE(nodes.admits(cut(kLeader, kFirst), crash(kFirst)));
  EXPECT_FALSE(nodes.admits(cut(kLeader, kFirst), crash(kSecond)));
  EXPECT_FALSE(nodes.admits(crash(kLeader), crash(kFirst)));
  EXPECT_FALSE(nodes.admits(isolate(kLeader), isolate(kLeader)));
}

TEST(Space, IsolationIsTheCutOfAllLinks) {
  const NodeSpace nodes = space();
  const NodeFault out{{Mode::kIsolateOut, kLeader, {}}, kSecondLong};
  const NodeSchedule cuts =
      make_schedule({{Relation::kDuring, {cut(kLeader, kFirst), cut(kLeader, kSecond)}}});
  EXPECT_TRUE(nodes.contains(cuts, single(out)));
  EXPECT_TRUE(nodes.contains(single(isolate(kLeader)), single(out)));
  EXPECT_FALSE(nodes.contains(single(out), single(isolate(kLeader))));
  EXPECT_FALSE(nodes.contains(single(cut(kLeader, kFirst)), single(out)));
}

TEST(Space, OrderIsPartOfAFinding) {
  const NodeSpace nodes = space();
  const NodeFault a = cut(kLeader, kFirst);
  const NodeFault b = crash(kLeader);
  const NodeSchedule ab =
      make_schedule({{Relation::kDuring, {a}}, {Relation::kDuring, {b}}});
  const NodeSchedule ba =
      make_schedule({{Relation::kDuring, {b}}, {Relation::kDuring, {a}}});
  EXPECT_TRUE(nodes.contains(ab, ab));
  EXPECT_FALSE(nodes.contains(ba, ab));
  EXPECT_TRUE(nodes.contains(ba, single(a)));
}

TEST(Space, ProcessesAreFaultedByThemselves) {
  NodeRoles roles;
  roles.members = {{"leader", 1}, {"follower", 2}};
  roles.processes = {"store", "monitor"};
  const NodeSpace nodes(NodeModel{}, roles);
  size_t alone = 0;
  for (const Element& element : nodes.elements()) {
    if (element.at.process.empty()) continue;
    ++alone;
    EXPECT_FALSE(is_of_links(element.mode));
  }
  EXPECT_EQ(alone, 3U * 2 * 3);  // nodes, processes, modes that stop
}

TEST(Orders, OfTwoAndThree) {
  EXPECT_EQ(orders_of({crash(kLeader)}).size(), 1U);
  EXPECT_EQ(orders_of({crash(kLeader), cut(kLeader, kFirst)}).size(), 5U);
  EXPECT_EQ(
      orders_of({crash(kLeader), cut(kLeader, kFirst), cut(kLeader, kSecond)}).size(),
      1U + 6 * 2 + 6 * 4);
}

std::vector<Milliseconds> rungs() {
  return NodeModel::ladder_around(Milliseconds(1000));
}

TEST(LadderTest, ACutThatChangesNothingIsTriedOnce) {
  Ladder ladder({Mode::kIsolate, kLeader, {}}, rungs(), "quiet");
  ASSERT_EQ(ladder.next_end(), 6U);
  ladder.record(6, "quiet");
  EXPECT_FALSE(ladder.next_end());
  EXPECT_FALSE(ladder.next_between());
  EXPECT_EQ(ladder.label(2), "quiet");
}

TEST(LadderTest, ARestartHasTwoEnds) {
  Ladder ladder({Mode::kRestart, kLeader, {}}, rungs(), "quiet");
  ladder.record(6, "quiet");
  EXPECT_EQ(ladder.next_end(), 0U);
}

// A window in the middle is found although both ends are equal to what surrounds it.
TEST(LadderTest, RungsBetweenAreFoundWhereTheReactionDiffers) {
  Ladder ladder({Mode::kPause, kLeader, {}}, rungs(), "quiet");
  const auto truth = [](size_t i) {
    return i < 3 ? "quiet" : i < 6 ? "broken" : "failover";
  };
  ladder.record(6, truth(6));
  int tried = 1;
  while (const auto rung = ladder.next_between()) {
    ladder.record(*rung, truth(*rung));
    ++tried;
  }
  for (size_t i = 0; i < rungs().size(); ++i) EXPECT_EQ(ladder.label(i), truth(i));
  EXPECT_LE(tried, 5);
}

NodeRun lost(std::vector<CopyDeath> copies) {
  NodeRun run;
  run.verdict = campaign::Verdict::kViolated;
  run.lost.push_back({"t7-1", {1, false}, std::move(copies)});
  return run;
}

TEST(MechanismTest, AFollowerThatTheSameTransferReplacedIsNoOtherWay) {
  using Kind = CopyDeath::Kind;
  const CopyDeath leaders{kLeader, Kind::kReplaced, kSecond};
  const CopyDeath missing{kSecond, Kind::kNeverArrived, {}};
  const Mechanism early =
      mechanism_of(lost({{kFirst, Kind::kNeverArrived, {}}, missing, leaders}));
  EXPECT_EQ(
      early.key,
      "acknowledged after the faults had ended: never arrived at follower, replaced "
      "on leader by what follower had");
  const CopyDeath along{kFirst, Kind::kReplaced, kSecond};
  EXPECT_EQ(mechanism_of(lost({along, missing, leaders})).key, early.key);
  // By another node, or by one that had had it: that is another story.
  const CopyDeath by_leader{kFirst, Kind::kReplaced, kLeader};
  EXPECT_NE(mechanism_of(lost({by_leader, missing, leaders})).key, early.key);
  const CopyDeath had{kSecond, Kind::kLostWithNode, {}};
  EXPECT_NE(mechanism_of(lost({along, had, leaders})).key,
            mechanism_of(lost({{kFirst, Kind::kNeverArrived, {}}, had, leaders})).key);
}

TEST(Stability, OfRunsWithoutFaultsIsNoted) {
  NodeRun run;
  run.profile.run_class = 7;
  run.profile.messages = {{"leader -> follower SET", 5}, {"follower -> leader ACK", 0}};
  EXPECT_TRUE(stability_notes({run, run}).empty());
  NodeRun other = run;
  other.profile.run_class = 8;
  other.profile.messages = {{"leader -> follower SET", 3},
                            {"leader -> follower RDB", 1},
                            {"follower -> leader ACK", 0}};
  const std::vector<std::string> notes = stability_notes({run, other, run});
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].substr(0, 33), "4 of 7 message identities were in");
  EXPECT_EQ(
      notes[1],
      "3 runs without faults were of 2 classes; the next one is of a class that was "
      "not seen yet with a chance of about 33 % (Good and Turing)");
  run.profile = {};  // of a journal that does not have it
  EXPECT_TRUE(stability_notes({run, other}).empty());
}

TEST(Sampler, EqualSeedsDrawAlike) {
  const NodeSpace nodes = space();
  ScheduleSampler a(nodes, 7);
  ScheduleSampler b(nodes, 7);
  for (int i = 0; i < 100; ++i) {
    const NodeSchedule schedule = a.draw();
    EXPECT_EQ(schedule, b.draw());
    EXPECT_TRUE(nodes.admits(schedule));
    EXPECT_EQ(schedule, nodes.canonical(schedule));
  }
}

}  // namespace
}  // namespace cutset::testing
