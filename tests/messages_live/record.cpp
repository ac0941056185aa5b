// Captures the nodes of a system and writes what was seen as cutset-messages/1.
//
//   record FILE NAME=NETNS-PATH=ADDRESS=PORT,PORT...
//
// Prints "ready" when packets are captured. Its standard input has a line an event, until
// it ends:
//   life NODE PROCESS crashed|paused|resumed|started|ended NS
//   op TOKEN ok|fail|info INVOKED-NS ENDED-NS      (writes)
//   read NODE TOKEN 0|1
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

#include "agent/captures.h"
#include "injector/captured_messages.h"
#include "lineage/messages/messages_json.h"

namespace {

using namespace cutset;                     // NOLINT(google-build-using-namespace)
using namespace cutset::lineage::messages;  // NOLINT(google-build-using-namespace)

struct Place {
  std::string network_namespace;
  std::vector<uint32_t> ports;
};

int node_called(const std::vector<Node>& nodes, const std::string& name) {
  for (size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].name == name) return static_cast<int>(i);
  std::cerr << "no node " << name << "\n";
  std::exit(65);
}

void read_events(const std::vector<Node>& nodes, MessageExecution& to) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string kind, node, word;
    words >> kind;
    if (kind == "life") {
      LifeEvent event;
      words >> node >> event.process >> word >> event.time_ns;
      event.node = node_called(nodes, node);
      event.kind = word == "crashed"   ? LifeEvent::Kind::kCrashed
                   : word == "paused"  ? LifeEvent::Kind::kPaused
                   : word == "resumed" ? LifeEvent::Kind::kResumed
                   : word == "started" ? LifeEvent::Kind::kStarted
                                       : LifeEvent::Kind::kEnded;
      to.life.push_back(event);
    } else if (kind == "op") {
      Operation one;
      words >> one.token >> word >> one.invoked_ns >> one.ended_ns;
      one.outcome = word == "ok"     ? Operation::Outcome::kOk
                    : word == "fail" ? Operation::Outcome::kFailed
                                     : Operation::Outcome::kUnknown;
      to.operations.push_back(one);
    } else if (kind == "read") {
      FinalRead read;
      words >> node >> read.token >> read.found;
      read.node = node_called(nodes, node);
      to.final_reads.push_back(read);
    }
  }
}

[[noreturn]] void fail(const Error& error) {
  std::cerr << error.text() << "\n";
  std::exit(70);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 64;
  std::vector<Node> nodes;
  std::vector<Place> places;
  agent::v1::StartCaptureRequest request;
  request.set_run("record");
  request.add_token_prefixes("cst-");
  for (int i = 2; i < count; ++i) {
    std::istringstream words(arguments[i]);
    Node node;
    Place place;
    std::string address, port;
    std::getline(words, node.name, '=');
    std::getline(words, place.network_namespace, '=');
    std::getline(words, address, '=');
    agent::v1::Instance& instance = *request.add_instances();
    instance.add_addresses(address);
    request.add_elsewhere(address);
    while (std::getline(words, port, ','))
      instance.add_ports(static_cast<uint32_t>(std::stoul(port)));
    node.addresses = {address};
    nodes.push_back(node);
    places.push_back(place);
  }
  agent::Captures captures;
  for (const Place& place : places) {
    request.set_network_namespace(place.network_namespace);
    Status started = agent::check_request(request);
    if (started.ok()) started = captures.start(request);
    if (!started.ok()) fail(started.error());
  }
  std::cout << "ready" << std::endl;
  MessageExecution events;
  read_events(nodes, events);
  std::vector<NodeCapture> seen(nodes.size());
  for (size_t i = 0; i < places.size(); ++i) {
    seen[i].node = static_cast<int>(i);
    agent::v1::CollectCaptureRequest collect;
    collect.set_run("record");
    collect.set_network_namespace(places[i].network_namespace);
    Status added;
    const Status collected = captures.collect(collect, [&](const auto& batch) {
      added = injector::add_batch(batch, seen[i]);
      return added.ok();
    });
    if (!collected.ok()) fail(collected.error());
    if (!added.ok()) fail(added.error());
  }
  auto merged = merge_captures(nodes, seen);
  if (!merged.ok()) fail(merged.error());
  std::stable_sort(
      events.life.begin(), events.life.end(),
      [](const LifeEvent& a, const LifeEvent& b) { return a.time_ns < b.time_ns; });
  merged->life = events.life;
  merged->operations = events.operations;
  merged->final_reads = events.final_reads;
  const Status sound = merged->check_invariants();
  if (!sound.ok()) fail(sound.error());
  std::ofstream(arguments[1]) << to_json(*merged);
  return 0;
}
