// From a run of three nodes to supports and deaths of copies.
#include "injector/nodes/node_evidence.h"

#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

namespace nodes = campaign::nodes;
namespace messages = lineage::messages;
using nodes::CopyDeath;
using nodes::Mode;
using nodes::NodeRun;
using std::chrono::milliseconds;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int kLeader = 2;  // nodes are in the order of roles

NodesConfig config() {
  NodesConfig config;
  config.roles = {{"follower", {"n2", "n3"}}, {"leader", {"n1"}}};
  config.clients_on = "client";
  return config;
}

messages::MessageExecution execution(const NodesConfig& config) {
  messages::MessageExecution made;
  made.nodes = nodes_of(
      config, [](const std::string& host) { return "10.0.0." + host.substr(1); });
  const auto connect = [&](int client, int server) {
    messages::Connection connection;
    connection.client = client;
    connection.server = server;
    made.connections.push_back(connection);
  };
  connect(messages::kOutside, kLeader);  // 0: clients -> n1
  connect(0, kLeader);                   // 1: n2 follows n1
  connect(1, kLeader);                   // 2: n3 follows n1
  return made;
}

void send(messages::MessageExecution& execution, int connection, bool from_client,
          int64_t time_ns, const std::string& token, bool delivered = true) {
  messages::Message message;
  message.connection = connection;
  message.from_client = from_client;
  message.sent_ns = time_ns;
  message.delivered_ns = delivered ? time_ns + 1'000'000 : 0;
  message.tokens = {token};
  execution.messages.push_back(message);
}

history::Operation write(const std::string& token, int64_t time_ns, int line) {
  history::Operation operation;
  operation.f = "write";
  operation.key = history::Value::of_text("k-" + token);
  operation.token = token;
  operation.type = history::EventType::kOk;
  operation.phase = "load";
  operation.invoked_ns = time_ns;
  operation.completed_ns = time_ns + 2'000'000;
  operation.line = line;
  return operation;
}

history::Operation final_read(const std::string& token, const std::string& endpoint) {
  history::Operation operation = write(token, 9 * kSecond, 100);
  operation.f = "read";
  operation.token.clear();
  operation.phase = "final";
  operation.endpoint = endpoint;
  return operation;
}

TEST(NodeEvidence, WhatHeldShowsTheLinksThatCarriedIt) {
  const NodesConfig nodes_config = config();
  const nodes::NodeSchedule none;
  messages::MessageExecution seen = execution(nodes_config);
  send(seen, 0, true, kSecond, "t7-1");
  send(seen, 1, false, kSecond + 2'000'000, "t7-1");
  send(seen, 2, false, kSecond + 2'000'000, "t7-1");
  history::History history;
  history.header.started_unix_ns = 0;
  history.operations = {write("t7-1", kSecond, 1), final_read("t7-1", "10.0.0.1:6379")};
  const history::Judgement held;
  NodeRun run;
  add_evidence({nodes_config, none, {}, history, held, seen}, run);
  EXPECT_EQ(run.acknowledged, 1u);
  EXPECT_EQ(run.lost_writes, 0u);
  ASSERT_EQ(run.classes.size(), 1u);
  const auto& supports = run.classes.front().supports;
  ASSERT_EQ(supports.size(), 3u);
  EXPECT_EQ(supports[0].holder.text(), "follower");
  EXPECT_FALSE(supports[0].served);
  EXPECT_EQ(supports[2].holder.text(), "leader");
  EXPECT_TRUE(supports[2].served);
  std::vector<std::string> premises;
  for (const auto& premise : supports[0].premises) premises.push_back(premise.text());
  EXPECT_EQ(premises, (std::vector<std::string>{"clients -> leader", "leader -> follower",
                                                "follower keeps it"}));
}

TEST(NodeEvidence, ALostWriteTellsHowEachCopyDied) {
  const NodesConfig nodes_config = config();
  const nodes::NodeSchedule crash =
      nodes::single({{Mode::kRestart, {"leader", 0, ""}, {}}, milliseconds(500)});
  messages::MessageExecution seen = execution(nodes_config);
  send(seen, 0, true, kSecond, "t7-1");
  send(seen, 1, false, kSecond + 2'000'000, "t7-1", false);
  send(seen, 2, false, kSecond + 2'000'000, "t7-1", false);
  seen.life.push_back({kLeader, "", messages::LifeEvent::Kind::kCrashed, 2 * kSecond});
  history::History history;
  history.header.started_unix_ns = 0;
  history.operations = {write("t7-1", kSecond, 1), final_read("t7-1", "10.0.0.1:6379")};
  history::Judgement lost;
  lost.verdict = history::Verdict::kViolated;
  lost.faults.push_back({"lost", "k-t7-1", "t7-1", 1, ""});
  NodeRun run;
  add_evidence({nodes_config,
                crash,
                {{2 * kSecond, 2 * kSecond + kSecond / 2}},
                history,
                lost,
                seen},
               run);
  EXPECT_EQ(run.lost_writes, 1u);
  ASSERT_EQ(run.lost.size(), 1u);
  EXPECT_EQ(run.lost[0].acknowledged.text(), "before the faults");
  ASSERT_EQ(run.lost[0].copies.size(), 3u);
  EXPECT_EQ(run.lost[0].copies[0].kind, CopyDeath::Kind::kNeverArrived);
  EXPECT_EQ(run.lost[0].copies[1].kind, CopyDeath::Kind::kNeverArrived);
  EXPECT_EQ(run.lost[0].copies[2].kind, CopyDeath::Kind::kLostWithNode);
  EXPECT_EQ(run.lost[0].copies[2].holder.text(), "leader");
}

// The leader comes back with its disk, asks a follower, and serves the final read.
TEST(NodeEvidence, ACopyOnDiskIsSupposedToRestOnWhomItsHolderHeard) {
  const NodesConfig nodes_config = config();
  const nodes::NodeSchedule restart =
      nodes::single({{Mode::kRestart, {"leader", 0, ""}, {}}, milliseconds(500)});
  messages::MessageExecution seen = execution(nodes_config);
  send(seen, 0, true, kSecond, "t7-1");
  send(seen, 1, false, kSecond + 2'000'000, "t7-1");
  seen.life.push_back({kLeader, "", messages::LifeEvent::Kind::kCrashed, 2 * kSecond});
  seen.life.push_back({kLeader, "", messages::LifeEvent::Kind::kStarted, 3 * kSecond});
  send(seen, 1, true, 3 * kSecond + 5'000'000, "");
  seen.messages.back().tokens.clear();
  history::History history;
  history.header.started_unix_ns = 0;
  history.operations = {write("t7-1", kSecond, 1), final_read("t7-1", "10.0.0.1:6379")};
  const history::Judgement held;
  const auto supposed_of = [&](const history::History& of) {
    NodeRun run;
    add_evidence({nodes_config, restart, {{2 * kSecond, 3 * kSecond}}, of, held, seen},
                 run);
    std::vector<std::string> words;
    for (const nodes::WriteClass& writes : run.classes) {
      for (const nodes::Support& support : writes.supports) {
        if (support.holder.role != "leader") continue;
        EXPECT_TRUE(support.served);
        for (const nodes::Premise& premise : support.supposed)
          words.push_back(premise.text());
      }
    }
    return words;
  };
  EXPECT_EQ(supposed_of(history),
            (std::vector<std::string>{"follower -> leader, later", "leader -> follower",
                                      "leader -> follower, later", "follower keeps it"}));
  // A client that does not say whose answer it took: nothing shows that the copy is back.
  history.operations[1].endpoint.clear();
  EXPECT_TRUE(supposed_of(history).empty());
}

TEST(NodeEvidence, PhasesFollowTheWindowsOfSteps) {
  const NodesConfig nodes_config = config();
  const nodes::NodeSchedule cut =
      nodes::single({{Mode::kIsolate, {"leader", 0, ""}, {}}, milliseconds(1000)});
  messages::MessageExecution seen = execution(nodes_config);
  history::History history;
  history.header.started_unix_ns = 0;
  int line = 0;
  for (const int64_t second : {1, 3, 5}) {
    const std::string token = "t7-" + std::to_string(second);
    send(seen, 0, true, second * kSecond, token);
    history.operations.push_back(write(token, second * kSecond, ++line));
  }
  const history::Judgement held;
  NodeRun run;
  add_evidence({nodes_config, cut, {{2 * kSecond, 4 * kSecond}}, history, held, seen},
               run);
  std::vector<std::string> phases;
  for (const auto& one : run.classes) phases.push_back(one.acknowledged.text());
  EXPECT_EQ(phases, (std::vector<std::string>{"before the faults", "after step 1",
                                              "during step 1"}));
}

}  // namespace
}  // namespace cutset::injector
