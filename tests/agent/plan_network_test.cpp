// Network faults in plans of a real agent, in a network namespace of the test's own.
#include <cstdlib>
#include <thread>

#include "plan_fixture.h"
#include <gtest/gtest.h>
#include <sched.h>

#include "base/subprocess.h"

namespace cutset::agent::test {
namespace {

std::string output_of(std::vector<std::string> arguments) {
  CommandSpec spec;
  spec.arguments = std::move(arguments);
  const Result<CommandOutcome> outcome = run_command(spec);
  return outcome && outcome->exit_code == 0 ? outcome->output : "";
}

std::string network_state() {
  return output_of({"nft", "-s", "list", "ruleset"}) + output_of({"ip", "rule"}) +
         output_of({"ip", "route", "show", "table", "all"}) + output_of({"ip", "link"});
}

using PlanNetworkTest = PlanFixture;

constexpr const char* kServer =
    "exec python3 -u -c '\n"
    "import socket\n"
    "s = socket.create_server((\"127.0.0.1\", 7102))\n"
    "c = s.accept()[0]\n"
    "while True: print(c.recv(4096).count(b\"SET\"))'";
constexpr const char* kClient =
    "exec python3 -u -c '\n"
    "import socket, time\n"
    "c = socket.create_connection((\"127.0.0.1\", 7102))\n"
    "while True:\n"
    "  c.sendall(b\"*2\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nx\\r\\n\" * 3)\n"
    "  time.sleep(0.01)'";

// Three commands in a segment: the cut after the 20th goes through one.
TEST_F(PlanNetworkTest, ACutAfterTheTwentiethCommand) {
  if (::geteuid() != 0 || ::unshare(CLONE_NEWNET) != 0)
    GTEST_SKIP() << "not run: only root may make network namespaces";
  if (output_of({"nft", "--version"}).empty())
    GTEST_SKIP() << "not run: nft is not installed";
  output_of({"ip", "link", "set", "lo", "up"});
  const std::string before = network_state();
  begin();
  v1::Instance* server = add_process("server", kServer);
  server->add_addresses("127.0.0.1");
  server->add_ports(7102);
  v1::Instance* client = add_process("client", kClient);
  client->add_addresses("127.0.0.1");
  add_start("server", 0);
  add_start("client", 1500);
  v1::Step* cut = add_triggered("cut", "client", 15000);
  *cut->mutable_partition()->add_peers() = server->name();
  v1::MessageTrigger* message = cut->mutable_when()->mutable_message();
  *message->mutable_from() = client->name();
  *message->mutable_to() = server->name();
  message->mutable_messages()->set_framing(v1::FRAMING_RESP);
  message->mutable_messages()->set_operation("SET");
  message->mutable_messages()->set_first(20);
  message->set_after(true);
  run_plan();
  const auto events = events_until(v1::StepEvent::VERIFIED, "cut", milliseconds(20000));
  const v1::StepEvent* triggered = find(events, v1::StepEvent::TRIGGERED, "cut");
  ASSERT_NE(nullptr, triggered);
  EXPECT_NE(std::string::npos,
            triggered->detail().find("message 20 from client/0 to server/0, SET"))
      << triggered->detail();
  std::this_thread::sleep_for(milliseconds(500));
  const std::string log = log_of("server");
  int commands = 0;
  for (size_t at = 0; at < log.size(); at = log.find('\n', at) + 1)
    commands += std::atoi(log.c_str() + at);
  EXPECT_EQ(20, commands) << log;
  EXPECT_NE(before, network_state());
  EXPECT_EQ(0, close().problems_size());
  EXPECT_EQ(before, network_state());
}

}  // namespace
}  // namespace cutset::agent::test
