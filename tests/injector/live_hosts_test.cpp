// Hosts brought up for real: agents, addresses, folders, and that nothing stays.
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/text.h"
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
