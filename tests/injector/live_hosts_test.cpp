// Hosts brought up for real: agents, addresses, folders, and that nothing stays.
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "injector/address_book.h"
#include "injector/hosts/host_set.h"

namespace cutset::injector {
namespace {

constexpr const char* kCluster = R"(
cutset: 1
name: cluster
services:
  store:
    command: [store, --port, "${self.port}", --data, "${self.data}",
              --first, "${services.store.0.address}", --all, "${services.store.addresses}"]
    environment: {SLOT: "${self.slot}", NODE: "${self.node}"}
    slots: 3
    proxy: false
    ready: {tcp: true}
  front:
    command: [front]
    environment: {STORE: "${services.store.2.address}"}
    on: a
    ready: {tcp: true}
workload: {http: {service: front, path: /}}
outcomes: [{name: answered, answer: {status: 200}}]
)";

class HostsTest : public ::testing::Test {
 protected:
  HostsTest() {
    folder_ = std::filesystem::temp_directory_path() / "cutset-test-XXXXXX";
    CHECK(::mkdtemp(folder_.data()) != nullptr);
    ParsedConfig parsed =
        parse_config(kCluster, "cutset.yaml", [](const auto&) { return std::nullopt; });
    for (const Error& problem : parsed.problems) ADD_FAILURE() << problem.text();
    config_ = std::move(parsed.config);
  }
  ~HostsTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::unique_ptr<HostSet> bring_up(const HostsConfig& hosts) {
    HostSetOptions options;
    options.state_folder = folder_;
    options.agent_binary = CUTSET_TEST_AGENT;
    auto set = HostSet::bring_up(config_, hosts, options, stop_);
    EXPECT_TRUE(set.ok()) << set.error().text();
    return set.ok() ? std::move(*set) : nullptr;
  }

  static std::vector<fdsl::Instance> instances(const HostSet& set) {
    const std::vector<std::string>& names = set.names();
    std::vector<fdsl::Instance> all = {{"front", 0, names[0], true}};
    for (int slot = 0; slot < 3; ++slot) {
      all.push_back(
          {"store", slot, names[static_cast<size_t>(slot) % names.size()], true});
    }
    return all;
  }

  std::string folder_;
  Config config_;
  StopSignal stop_;
};

TEST_F(HostsTest, ProcessesOfTwoAgentsKnowEachOther) {
  HostsConfig hosts;
  hosts.names = {"a", "b"};
  const auto set = bring_up(hosts);
  ASSERT_TRUE(set);
  EXPECT_EQ(set->names(), hosts.names);
  EXPECT_EQ(set->placement().host_of.at({"front", 0}), "a");
  ASSERT_TRUE(set->place(instances(*set)).ok());
  const auto on_b = set->instances_for("b");
  ASSERT_TRUE(on_b.ok()) << on_b.error().text();
  ASSERT_EQ(on_b->size(), 4U);
  // In the order of services and slots; only store/1 is on b.
  EXPECT_EQ((*on_b)[0].name().service(), "front");
  EXPECT_FALSE((*on_b)[0].has_process());
  EXPECT_FALSE((*on_b)[1].has_process());
  ASSERT_TRUE((*on_b)[2].has_process());
  EXPECT_FALSE((*on_b)[3].has_process());
  const auto& process = (*on_b)[2].process();
  const std::string port = std::to_string((*on_b)[2].ports(0));
  const InstanceBook& book = set->book();
  EXPECT_EQ(process.arguments(2), port);
  EXPECT_TRUE(std::filesystem::is_directory(process.arguments(4)));
  EXPECT_EQ(process.arguments(6), book.of({"store", 0}).listen);
  EXPECT_EQ(process.arguments(8),
            join({book.of({"store", 0}).listen, book.of({"store", 1}).listen,
                  book.of({"store", 2}).listen},
                 ","));
  EXPECT_EQ(process.environment(0).value(), "1");
  EXPECT_EQ(process.environment(1).value(), "b");
  EXPECT_TRUE(book.of({"store", 1}).proxy.empty());
  EXPECT_FALSE(book.of({"front", 0}).proxy.empty());
}

TEST_F(HostsTest, DataFoldersGoWithTheHosts) {
  std::string data;
  {
    const auto set = bring_up({});
    ASSERT_TRUE(set);
    ASSERT_TRUE(set->place(instances(*set)).ok());
    data = set->book().of({"store", 0}).data;
    ASSERT_TRUE(std::filesystem::is_directory(data)) << data;
  }
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST_F(HostsTest, NamespacesHaveAddressesOfTheirOwnAndAreGoneAfterwards) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: namespaces are made by root";
  HostsConfig hosts;
  hosts.kind = HostsConfig::Kind::kNamespaces;
  hosts.names = {"a", "b", "client"};
  std::string path;
  {
    const auto set = bring_up(hosts);
    ASSERT_TRUE(set);
    EXPECT_EQ(set->names(), hosts.names);
    EXPECT_NE(set->address("a"), set->address("b"));
    path = set->network_namespace("a");
    EXPECT_TRUE(std::filesystem::exists(path));
    ASSERT_TRUE(set->place(instances(*set)).ok());
    // By default services listen at the address of their host.
    EXPECT_EQ(host_of(set->book().of({"front", 0}).listen), set->address("a"));
    EXPECT_EQ(host_of(set->book().of({"front", 0}).proxy), set->address("a"));
    EXPECT_EQ(host_of(set->book().of({"store", 1}).listen), set->address("b"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

Result<CommandOutcome> run(std::vector<std::string> arguments) {
  CommandSpec spec;
  spec.arguments = std::move(arguments);
  return run_command(spec);
}

/// An agent that listens on the network, as an administrator would start it.
class ListeningAgent {
 public:
  explicit ListeningAgent(const std::string& folder) : folder_(folder) {
    const auto made =
        run({CUTSET_TEST_AGENT, "certificates", "--folder", folder, "n1=127.0.0.1"});
    CHECK(made.ok() && made->exit_code == 0);
    const std::string log = folder + "/listening.log";
    pid_ = ::fork();
    if (pid_ == 0) {
      const int output = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
      ::dup2(output, STDERR_FILENO);
      ::execl(CUTSET_TEST_AGENT, CUTSET_TEST_AGENT, "serve", "--socket",
              (folder + "/run/agent").c_str(), "--state", (folder + "/agent").c_str(),
              "--listen", "127.0.0.1:0", "--certificate", (folder + "/n1.pem").c_str(),
              "--key", (folder + "/n1.key").c_str(), "--authority",
              (folder + "/authority.pem").c_str(), "--allow", "controller", nullptr);
      ::_exit(127);
    }
    const std::string words = "serving at 127.0.0.1:";
    for (int i = 0; i < 1000 && address_.empty(); ++i) {
      ::usleep(10'000);
      const auto text = read_file(log, 1 << 20);
      const size_t at = text.ok() ? text->find(words) : std::string::npos;
      const size_t end =
          at == std::string::npos ? at : text->find(' ', at + words.size());
      if (end == std::string::npos) continue;
      address_ = "127.0.0.1:" + text->substr(at + words.size(), end - at - words.size());
    }
  }
  ~ListeningAgent() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  HostsConfig hosts(const std::string& own) const {
    HostsConfig hosts;
    hosts.kind = HostsConfig::Kind::kExternal;
    hosts.names = {"n1"};
    hosts.external = {{{address_, folder_ + "/" + own + ".pem",
                        folder_ + "/" + own + ".key", folder_ + "/authority.pem", ""},
                       "127.0.0.1"}};
    return hosts;
  }

 private:
  std::string folder_;
  std::string address_;
  pid_t pid_ = -1;
};

TEST_F(HostsTest, AgentsThatListenAlreadyAreReachedByMutualTls) {
  if (!run({"openssl", "version"}).ok())
    GTEST_SKIP() << "not run: there is no program openssl";
  const ListeningAgent agent(folder_);
  {
    const auto set = bring_up(agent.hosts("controller"));
    ASSERT_TRUE(set);
    ASSERT_TRUE(set->place(instances(*set)).ok());
    EXPECT_TRUE(std::filesystem::is_directory(set->book().of({"store", 0}).data));
  }
  // It stays for the next; whose certificate is not for controllers is turned away.
  EXPECT_TRUE(bring_up(agent.hosts("controller")));
  const auto refused = HostSet::bring_up(config_, agent.hosts("n1"), {}, stop_);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().message.starts_with("host n1: 127.0.0.1:"))
      << refused.error().message;
  EXPECT_EQ(refused.error().message.find('\n'), std::string::npos);
}

TEST_F(HostsTest, AServiceThatIsNotInTheFileIsRefused) {
  const auto set = bring_up({});
  ASSERT_TRUE(set);
  const Status placed = set->place({{"queue", 0, "local", true}});
  ASSERT_FALSE(placed.ok());
  EXPECT_EQ(placed.error().message,
            "the schedule has a service \"queue\", which cutset.yaml has not");
}

}  // namespace
}  // namespace cutset::injector
