#include "messages_testing.h"
#include <gtest/gtest.h>

#include "lineage/messages/happens_before.h"
#include "lineage/messages/merge_captures.h"
#include "lineage/messages/recoveries.h"
#include "lineage/messages/run_classes.h"

namespace cutset::lineage::messages {

namespace {

constexpr int kA = 0, kB = 1, kC = 2;

TEST(Copies, HowEachDied) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1"});
  made.send(kA, kB, "SET", {"cst-1"});
  made.send(kA, kC, "SET", {"cst-1"}, false);
  made.life(kA, LifeEvent::Kind::kCrashed);
  const size_t dump = made.send(kA, kB, "RDB", {});
  const auto lineages = find_copies(made.execution);
  const Lineage& lineage = lineages.at("cst-1");
  EXPECT_EQ(death_of(made.execution, lineage),
            "A: lost with its node; B: replaced by A; C: never arrived");
  EXPECT_EQ(lineage.copies[kB].ended_by, dump);
  EXPECT_EQ(lineage.copies[kC].undelivered, 2u);
  EXPECT_TRUE(lineage.supports.empty());
}

TEST(Copies, ATransferWithTheTokenMakesTheCopyRestOnTheSender) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1", "cst-2"});
  made.send(kA, kB, "SET", {"cst-1"});
  made.send(kA, kC, "SET", {"cst-1", "cst-2"});
  const size_t dump = made.send(kC, kB, "RDB", {"cst-1"});
  const auto lineages = find_copies(made.execution);
  const Support& support = lineages.at("cst-1").supports[kB];
  EXPECT_EQ(support.messages, (std::vector<size_t>{0, 2, dump}));
  EXPECT_EQ(support.links, (std::vector<Link>{{kOutside, kA}, {kA, kC}, {kC, kB}}));
  const auto reactions =
      find_reactions(made.execution, find_roles(made.execution), lineages, 0);
  ASSERT_FALSE(reactions.empty());
  EXPECT_EQ(reactions.back().kind, Reaction::Kind::kCopiedAgain);
  EXPECT_EQ(reactions.back().kept, 1u);
}

TEST(Copies, WhatAClientAsksIsAWriteOnlyWhileOneWasAsked) {
  Made made;
  made.send(kOutside, kA, "GET", {"cst-1"});
  made.execution.operations.push_back(
      {"cst-1", true, Operation::Outcome::kOk, 10'000'000'000, 11'000'000'000});
  EXPECT_EQ(find_copies(made.execution).at("cst-1").copies[kA].fate,
            Copy::Fate::kNeverArrived);
}

TEST(Copies, FinalReadsOverrule) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1"});
  made.life(kA, LifeEvent::Kind::kCrashed);
  made.send(kA, kB, "SET", {"cst-1"});
  made.execution.final_reads = {{kA, "cst-1", true}, {kB, "cst-1", false}};
  const auto lineages = find_copies(made.execution);
  EXPECT_EQ(lineages.at("cst-1").copies[kA].fate, Copy::Fate::kAlive);
  EXPECT_EQ(lineages.at("cst-1").copies[kB].fate, Copy::Fate::kVanished);
}

TEST(Recoveries, WhomANodeHeardBeforeItTookPartAgain) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1"});
  made.send(kC, kA, "x", {});  // before the crash
  made.life(kA, LifeEvent::Kind::kCrashed);
  made.send(kB, kA, "x", {}, false);
  made.life(kA, LifeEvent::Kind::kStarted);
  const int64_t started = made.now;
  made.send(kB, kA, "have 7", {});
  made.send(kOutside, kA, "status", {});
  made.send(kOutside, kA, "SET", {"cst-2"});
  made.send(kC, kA, "x", {});  // it takes part already
  const std::vector<Recovery> recoveries = find_recoveries(made.execution);
  ASSERT_EQ(recoveries.size(), 1u);
  EXPECT_EQ(recoveries[0].node, kA);
  EXPECT_LE(recoveries[0].started_ns, started);
  EXPECT_EQ(recoveries[0].heard, std::vector<int>{kB});
}

TEST(Recoveries, TheFirstStartIsNone) {
  Made made;
  made.life(kA, LifeEvent::Kind::kStarted);
  made.send(kB, kA, "x", {});
  EXPECT_TRUE(find_recoveries(made.execution).empty());
}

TEST(Roles, MoveWithTheWrites) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1"});
  made.send(kA, kB, "SET", {"cst-1"});
  const int64_t before = made.now;
  made.send(kOutside, kB, "SET", {"cst-2"});
  const Roles roles = find_roles(made.execution);
  EXPECT_EQ(roles.leader_at(before), kA);
  EXPECT_EQ(roles.leader_at(made.now + 5), kB);
  EXPECT_EQ(roles.role_of(kA, made.now + 5), Role::kFollower);
  EXPECT_EQ(roles.role_of(kC, before), Role::kOther);
}

TEST(HappensBefore, ProvenAndAssumedAreKeptApart) {
  Made made;
  const size_t first = made.send(kA, kB, "x", {});
  const size_t second = made.send(kA, kB, "x", {});
  const size_t onward = made.send(kB, kC, "y", {});
  const size_t apart = made.send(kC, kA, "z", {});
  const HappensBefore order(made.execution);
  EXPECT_EQ(order.before(first, second), HappensBefore::Proof::kProven);
  EXPECT_EQ(order.before(first, onward), HappensBefore::Proof::kAssumed);
  EXPECT_EQ(order.before(onward, first), HappensBefore::Proof::kNot);
  EXPECT_EQ(order.causes(apart), (std::vector<size_t>{first, second, onward}));
}

TEST(Identities, SpeakOfRolesAndOrdinals) {
  Made made;
  made.send(kOutside, kA, "SET", {"cst-1"});
  made.send(kA, kB, "SET", {"cst-1"});
  made.send(kA, kC, "SET", {"cst-1"});
  for (int i = 0; i < 10; ++i) {
    made.now += 100'000'000;
    made.send(kB, kA, "REPLCONF", {});
  }
  const Roles roles = find_roles(made.execution);
  const Identities identities = find_identities(made.execution, roles);
  EXPECT_EQ(text_of(identities.of[2]), "leader -> follower SET #2");
  EXPECT_EQ(text_of(identities.of[5]), "follower -> leader REPLCONF #*");
  Made shorter;
  shorter.send(kOutside, kB, "SET", {"cst-1"});
  shorter.send(kB, kA, "SET", {"cst-1"});
  const auto stable = stability(
      {identities, find_identities(shorter.execution, find_roles(shorter.execution))});
  EXPECT_EQ(stable.at(identities.of[1]), 1.0);  // whoever led
  EXPECT_EQ(stable.at(identities.of[2]), 0.5);
}

TEST(RunClasses, NamesDoNotMatterAndTheUnseenIsEstimated) {
  const auto of = [](int leader, int follower, const char* label) {
    Made made;
    made.send(kOutside, leader, "SET", {"cst-1"});
    made.send(leader, follower, label, {"cst-1"});
    const Roles roles = find_roles(made.execution);
    const auto lineages = find_copies(made.execution);
    return run_class(made.execution, roles, find_identities(made.execution, roles),
                     lineages, find_reactions(made.execution, roles, lineages, 1 << 20));
  };
  EXPECT_EQ(of(kA, kB, "SET"), of(kC, kA, "SET"));
  EXPECT_NE(of(kA, kB, "SET"), of(kA, kB, "RDB"));
  EXPECT_EQ(unseen_mass({}).estimate, 1);
  const UnseenMass mass = unseen_mass({1, 1, 2, 3});
  EXPECT_EQ(mass.classes, 3u);
  EXPECT_EQ(mass.estimate, 0.5);
}

TEST(MergeCaptures, TwoViewsAreOneMessage) {
  NodeCapture a;
  a.node = kA;
  a.clock_offset_ns = 100;
  CapturedConnection link;
  link.client = "10.0.0.1";
  link.client_port = 4000;
  link.server = "10.0.0.2";
  link.server_port = 6379;
  link.requests = {true, 7000, 0, "resp"};
  a.connections = {link};
  Message message;
  message.from_client = true;
  message.end = 31;
  message.sent_ns = 1100;
  message.label = "SET";
  message.tokens = {"cst-1"};
  a.messages = {message};
  NodeCapture b;
  b.node = kB;
  link.joined = true;  // the receiver's agent saw it from the tenth byte on
  link.requests.base_sequence = 7010;
  b.connections = {link};
  b.acks = {{0, true, 5, 1010}, {0, true, 21, 1020}, {0, true, 40, 1030}};
  const auto merged = merge_captures({{"A", {"10.0.0.1"}}, {"B", {"10.0.0.2"}}}, {a, b});
  ASSERT_TRUE(merged.ok());
  ASSERT_EQ(merged->connections.size(), 1u);
  EXPECT_EQ(merged->connections[0].server, kB);
  ASSERT_EQ(merged->messages.size(), 1u);
  EXPECT_EQ(merged->messages[0].sent_ns, 1000);
  EXPECT_EQ(merged->messages[0].delivered_ns, 1020);
  EXPECT_TRUE(merged->check_invariants().ok());
  b.acks.front().connection = 3;
  EXPECT_FALSE(merge_captures({}, {b}).ok());
}

}  // namespace
}  // namespace cutset::lineage::messages
