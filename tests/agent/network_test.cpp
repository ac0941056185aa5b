// Networks of namespaces: made, used, and gone whoever dies; nothing foreign is touched.
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent_fixture.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/network/subnet.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace cutset::agent::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST(SubnetTest, ParsesWhatIsPrivateAndWhole) {
  const auto subnet = parse_subnet("10.213.0.0/24");
  ASSERT_TRUE(subnet.ok());
  EXPECT_EQ(subnet->address(1), "10.213.0.1");
  EXPECT_EQ(subnet->hosts(), 254U);
  EXPECT_EQ(subnet->text(), "10.213.0.0/24");
  for (const char* wrong :
       {"", "10.213.0.0", "10.213.0.1/24", "10.213.0.0/8", "10.213.0.0/30", "8.8.8.0/24",
        "172.32.0.0/16", "10.213.0.0/24x", "10.213.0.0/-1", "a.b.c.d/24", "/24"}) {
    EXPECT_FALSE(parse_subnet(wrong).ok()) << wrong;
  }
}

TEST(SubnetTest, PicksTheFirstThatNoRouteUses) {
  const std::string routes =
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
      "eth0\t0000D50A\t00000000\t0001\t0\t0\t0\t00FEFFFF\t0\t0\t0\n"
      "torn line\n";
  const std::vector<Subnet> used = routed_subnets(routes);
  ASSERT_EQ(used.size(), 1U);
  EXPECT_EQ(used[0].text(), "10.213.0.0/23");
  EXPECT_EQ(free_subnet("", used)->text(), "10.213.2.0/24");
  const auto refused = free_subnet("10.213.1.0/24", used);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("10.213.0.0/23"), std::string::npos);
  EXPECT_EQ(free_subnet("10.214.0.0/24", used)->text(), "10.214.0.0/24");
}

/// What is there of the network that was made; other tests may make theirs meanwhile.
std::vector<std::string> left_of(const v1::MakeNetworkReply& made) {
  const std::string word = made.bridge().substr(0, made.bridge().find('-'));
  std::vector<std::string> left;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/run/netns", none)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(word)) left.push_back(name);
  }
  const std::string link = word.substr(0, 10);
  if (::if_nametoindex(link.c_str()) != 0) left.push_back(link);
  return left;
}

std::string forwarding() {
  return *read_file("/proc/sys/net/ipv4/ip_forward", 64);
}

class AgentNetwork : public AgentFixture {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "not run: namespaces are made by root";
    if (::access("/usr/sbin/ip", X_OK) != 0 && ::access("/sbin/ip", X_OK) != 0)
      GTEST_SKIP() << "not run: there is no program ip (package iproute2)";
    forwarding_ = forwarding();
  }
  void TearDown() override { controller_.reset(); }

  void begin() {
    start_agent({"--lease-ms", "1000"});
    controller_ = std::make_unique<Controller>(socket_);
    ASSERT_TRUE(controller_->hello().ok());
    controller_->keep(milliseconds(100));
  }

  grpc::Status make(int hosts, v1::MakeNetworkReply* reply,
                    const std::string& subnet = "") {
    v1::MakeNetworkRequest request;
    request.set_lease(controller_->token);
    request.set_subnet(subnet);
    for (int i = 0; i < hosts; ++i) request.add_hosts("h" + std::to_string(i));
    grpc::ClientContext context;
    return controller_->stub().MakeNetwork(&context, request, reply);
  }

  void expect_gone(const v1::MakeNetworkReply& made) {
    ASSERT_FALSE(made.bridge().empty());
    EXPECT_TRUE(eventually([&] { return left_of(made).empty(); }))
        << left_of(made).front();
    EXPECT_EQ(forwarding(), forwarding_);
  }

  std::string forwarding_;
  std::unique_ptr<Controller> controller_;
};

/// A connection from one namespace to a listener in another.
std::string talk(const std::string& from, const std::string& to,
                 const std::string& address) {
  std::string heard = "nothing";
  std::thread([&] {
    const auto enter = [](const std::string& name) {
      const Fd file(::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC));
      return ::setns(file.get(), CLONE_NEWNET) == 0;
    };
    if (!enter(to)) return;
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(7000);
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    const auto* generic = reinterpret_cast<const sockaddr*>(&where);
    const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener.get(), generic, sizeof where) != 0 ||
        ::listen(listener.get(), 1) != 0 || !enter(from))
      return;
    const Fd caller(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(caller.get(), generic, sizeof where) != 0) return;
    const Fd called(::accept(listener.get(), nullptr, nullptr));
    char bytes[6] = {};
    if (::write(caller.get(), "hello", 5) == 5 && ::read(called.get(), bytes, 5) == 5)
      heard = bytes;
  }).join();
  return heard;
}

TEST_F(AgentNetwork, TenHostsThatReachEachOtherWithinAboutASecond) {
  begin();
  v1::MakeNetworkReply reply;
  const auto begun = steady_clock::now();
  const grpc::Status made = make(10, &reply);
  const auto took = steady_clock::now() - begun;
  ASSERT_TRUE(made.ok()) << made.error_message();
  RecordProperty("took_ms",
                 std::to_string(std::chrono::duration_cast<milliseconds>(took).count()));
  EXPECT_LT(took, milliseconds(4000));
  ASSERT_EQ(reply.namespaces_size(), 10);
  EXPECT_EQ(talk(reply.namespaces(0).namespace_(), reply.namespaces(9).namespace_(),
                 reply.namespaces(9).address()),
            "hello");
  // Ten hosts and the switch, and one link of the machine; its settings are as they were.
  EXPECT_EQ(left_of(reply).size(), 12U);
  EXPECT_EQ(forwarding(), forwarding_);
  v1::MakeNetworkReply again;
  EXPECT_FALSE(make(1, &again).ok()) << "one network an agent";
  v1::RemoveNetworkRequest remove;
  remove.set_lease(controller_->token);
  v1::RemoveNetworkReply removed;
  grpc::ClientContext context;
  EXPECT_TRUE(controller_->stub().RemoveNetwork(&context, remove, &removed).ok());
  expect_gone(reply);
}

TEST_F(AgentNetwork, GoesWithTheLease) {
  begin();
  v1::MakeNetworkReply reply;
  ASSERT_TRUE(make(2, &reply).ok());
  ASSERT_EQ(left_of(reply).size(), 4U);
  EXPECT_TRUE(controller_->close().ok());
  expect_gone(reply);
}

TEST_F(AgentNetwork, TheKeeperRemovesItWhenTheWorkerIsKilled) {
  begin();
  v1::MakeNetworkReply reply;
  ASSERT_TRUE(make(2, &reply).ok());
  ::kill(worker(), SIGKILL);
  ASSERT_TRUE(wait_agent().has_value());
  expect_gone(reply);
}

TEST_F(AgentNetwork, UndoAllRemovesItWhenBothWereKilled) {
  begin();
  v1::MakeNetworkReply reply;
  ASSERT_TRUE(make(3, &reply).ok());
  const pid_t its_worker = worker();
  ::kill(its_worker, SIGSTOP);  // so that it does not undo in the keeper's place
  ::kill(keeper_, SIGKILL);
  ::kill(its_worker, SIGKILL);
  ASSERT_TRUE(wait_agent().has_value());
  EXPECT_FALSE(left_of(reply).empty());
  const auto [code, output] = run_agent({"undo-all", "--state", state_});
  EXPECT_EQ(code, 0) << output;
  expect_gone(reply);
}

TEST_F(AgentNetwork, RefusesWhatIsInUseOrWrong) {
  begin();
  v1::MakeNetworkReply reply;
  EXPECT_EQ(make(0, &reply).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(make(1, &reply, "8.8.8.0/24").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(make(9, &reply, "10.213.77.0/29").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(reply.bridge().empty());
}

}  // namespace
}  // namespace cutset::agent::test
