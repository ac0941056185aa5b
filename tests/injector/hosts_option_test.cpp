// What --hosts says, and what placeholders of instances mean.
#include <cstdlib>

#include <gtest/gtest.h>

#include "injector/hosts/engine_client.h"
#include "injector/hosts/hosts_config.h"
#include "injector/hosts/instance_book.h"
#include "injector/hosts/swarm_client.h"

namespace cutset::injector {
namespace {

using Kind = HostsConfig::Kind;
using Names = std::vector<std::string>;

TEST(HostsOption, KindsNamesAndNumbers) {
  const Names placed = {"front", "back"};
  const auto read = [&](const std::string& text) {
    const auto hosts = parse_hosts_option(text, HostsConfig(), placed);
    EXPECT_TRUE(hosts.ok()) << text << ": " << hosts.error().text();
    return hosts.ok() ? *hosts : HostsConfig();
  };
  EXPECT_EQ(read("namespaces").kind, Kind::kNamespaces);
  EXPECT_EQ(read("namespaces").names, placed);
  EXPECT_EQ(read("namespaces:a,b").names, (Names{"a", "b"}));
  EXPECT_EQ(read("namespaces:2").names, (Names{"n1", "n2"}));
  EXPECT_EQ(read("a,b").kind, Kind::kProcesses);
  EXPECT_EQ(read("a,b").names, (Names{"a", "b"}));
  EXPECT_EQ(read("docker").names, Names{"docker"});
  EXPECT_EQ(read("swarm").kind, Kind::kSwarm);
  EXPECT_EQ(read("swarm").names, Names{"swarm"});
  EXPECT_EQ(read("docker:registry:5000/shop:2").image, "registry:5000/shop:2");
  EXPECT_EQ(read("docker:shop").names, Names{"docker"});
  EXPECT_EQ(read("swarm:shop").kind, Kind::kSwarm);
}

TEST(HostsOption, TheEngineIsTheOneOfTheProgramDocker) {
  ::unsetenv("DOCKER_HOST");
  EXPECT_EQ(*usual_engine(), "/var/run/docker.sock");
  ::setenv("DOCKER_HOST", "unix:///run/own.sock", 1);
  EXPECT_EQ(*usual_engine(), "/run/own.sock");
  ::setenv("DOCKER_HOST", "tcp://10.0.0.1:2375", 1);
  EXPECT_FALSE(usual_engine().ok());
  ::unsetenv("DOCKER_HOST");
}

TEST(HostsOption, WhatAnotherKindWasGivenIsForgotten) {
  HostsConfig docker;
  docker.kind = Kind::kDocker;
  docker.network_namespace = "/run/netns/engine";
  docker.subnet = "10.1.0.0/24";
  docker.image = "node";
  const auto same = parse_hosts_option("docker", docker, {});
  EXPECT_EQ(same->network_namespace, "/run/netns/engine");
  const auto other = parse_hosts_option("namespaces", docker, {});
  EXPECT_EQ(other->network_namespace, "");
  EXPECT_EQ(other->subnet, "");
  EXPECT_EQ(other->names, (Names{"n1", "n2", "n3"}));
}

TEST(HostsOption, RefusesWhatItCannotMean) {
  for (const char* wrong :
       {"", "a,", "a,a", "a b", "0", "251", "cloud:a", "docker:", "swarm:", "external:a",
        "namespaces:", "namespaces:a,,b", "external", "-a"}) {
    EXPECT_FALSE(parse_hosts_option(wrong, HostsConfig(), {}).ok()) << wrong;
  }
}

TEST(InstanceBookTest, PlaceholdersOfSelfAndOthers) {
  InstanceBook book;
  book.places[{"store", 0}] = {"n1", "10.0.0.2:6379", "", "", "/data/store.0"};
  book.places[{"store", 1}] = {"n2", "10.0.0.3:6379", "", "", ""};
  book.places[{"front", 0}] = {"n1", "10.0.0.2:80", "10.0.0.2:10000", "10.0.0.2:1", ""};
  const InstanceKey self = {"store", 0};
  EXPECT_EQ(book.value("self.address", self), "10.0.0.2:6379");
  EXPECT_EQ(book.value("self.slot", self), "0");
  EXPECT_EQ(book.value("self.node", self), "n1");
  EXPECT_EQ(book.value("self.data", self), "/data/store.0");
  EXPECT_EQ(book.value("self.data", {"store", 1}), std::nullopt);
  EXPECT_EQ(book.value("services.store.1.host", self), "10.0.0.3");
  EXPECT_EQ(book.value("services.store.1.node", self), "n2");
  EXPECT_EQ(book.value("services.store.2.host", self), std::nullopt);
  EXPECT_EQ(book.value("services.store.x.host", self), std::nullopt);
  EXPECT_EQ(book.value("services.store.port", self), "6379");
  EXPECT_EQ(book.value("services.store.addresses", self), "10.0.0.2:6379,10.0.0.3:6379");
  EXPECT_EQ(book.value("services.front.address", self), "10.0.0.2:10000");
  EXPECT_EQ(book.value("services.front.direct", self), "10.0.0.2:80");
  EXPECT_EQ(book.value("services.nobody.addresses", self), std::nullopt);
  EXPECT_EQ(book.value("otlp.address", self), kNoReceiver);
}

TEST(SwarmNames, SlotsOfTasks) {
  EXPECT_EQ(slot_of_task("web.1.tmp7u3uv62vwgaq46l3o5bob9"), 1);
  EXPECT_EQ(slot_of_task("a.b.12.x"), 12);
  for (const char* wrong : {"", "web", "web.1", "web.x.id", "web.0.id", "web.-1.id",
                            "web.1x.id", "web..id", "web.99999999999999999999.id"}) {
    EXPECT_EQ(slot_of_task(wrong), 0) << wrong;
  }
}

TEST(SwarmNames, TemplatesAreText) {
  EXPECT_EQ(without_templates("A={{.Task.Slot}}"), "A={{\"{{\"}}.Task.Slot}}");
  EXPECT_EQ(without_templates("A={ {x}}{"), "A={ {x}}{");
  EXPECT_EQ(without_templates("{{{"), "{{\"{{\"}}{");
}

TEST(EngineOutput, FramesAreJoinedAndDamageEndsIt) {
  const auto frame = [](char stream, const std::string& text) {
    return std::string{stream, 0, 0, 0, 0, 0, 0, static_cast<char>(text.size())} + text;
  };
  EXPECT_EQ(joined_output(frame(1, "one\n") + frame(2, "two\n")), "one\ntwo\n");
  EXPECT_EQ(joined_output(frame(1, "one\n") + "torn"), "one\n");
  EXPECT_EQ(joined_output(frame(1, "one\n").substr(0, 10)), "on");
  EXPECT_EQ(joined_output(""), "");
}

}  // namespace
}  // namespace cutset::injector
