// The section `nodes:`, and what it asks of the others.
#include <algorithm>
#include <map>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "injector/config_reader.h"
#include "injector/nodes/node_fdsl.h"
#include "injector/nodes/nodes_reader.h"

namespace cutset::injector {

namespace {

using Kind = HostsConfig::Kind;

/// Why the hosts of this kind cannot be nodes; "": they can.
std::string_view why_no_nodes(Kind kind) {
  switch (kind) {
    case Kind::kNamespaces:
    case Kind::kExternal:
      return "";
    case Kind::kProcesses:
      return "processes of this machine all have the address 127.0.0.1: which node sent "
             "a message, and which links to cut, cannot be told";
    case Kind::kDocker:
    case Kind::kSwarm:
      return "all containers of an engine are one host with one agent, and the workload "
             "would have to be in an image";
  }
  return "";
}

bool is_address(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// Traffic is captured, and links are cut, by the addresses of nodes.
std::vector<std::string> problems_of_addresses(const HostsConfig& hosts) {
  std::vector<std::string> problems;
  std::map<std::string, std::string> host_at;
  for (size_t i = 0; i < hosts.external.size(); ++i) {
    const std::string& name = hosts.names[i];
    const std::string& address = hosts.external[i].address;
    const auto [known, is_new] = host_at.emplace(address, name);
    if (!is_address(address)) {
      problems.push_back(fmt::format(
          "nodes: \"{}\", where the instances of {} are reached, is no IPv4 address; add "
          "address: to this host",
          address, name));
    } else if (!is_new) {
      problems.push_back(
          fmt::format("nodes: {} and {} have one address, {}; nodes are told apart by "
                      "their addresses",
                      known->second, name, address));
    }
  }
  return problems;
}

}  // namespace

void ConfigReader::read_nodes(const YamlNode& node) {
  NodesReader::Known known;
  known.hosts = config_.hosts.names;
  for (const ServiceConfig& service : config_.services)
    known.services.push_back(service.name);
  known.workload_on = config_.workload.on;
  known.folder = absolute("");
  known.check = [this](const YamlNode& where, const TemplateText& text) {
    check_placeholders(where, text, Where::kHarness);
  };
  config_.nodes = NodesReader(reading_, std::move(known)).read(node);

  if (const auto why = why_no_nodes(config_.hosts.kind); !why.empty()) {
    reading_.problem(
        node,
        fmt::format("nodes: each node is a host with an address and an agent of its "
                    "own, but {}; say hosts: {{namespaces: [n1, n2, ...]}}, or "
                    "{{external: ...}} for machines with agents",
                    why));
  }
  for (const std::string& problem : problems_of_addresses(config_.hosts))
    reading_.problem(node, problem);
  if (config_.service(kClientsService) != nullptr) {
    reading_.problem(node,
                     fmt::format("nodes: \"{}\" is the workload, a service cannot have "
                                 "this name",
                                 kClientsService));
  }
  if (!config_.workload.history) {
    reading_.problem(
        node,
        "nodes: the workload has to write a history, so that every "
        "acknowledged write is known; give it \"operations\" and \"client\"");
  }
  const bool judged = std::any_of(
      config_.outcomes.begin(), config_.outcomes.end(), [](const OutcomeConfig& outcome) {
        return outcome.check.source == CheckConfig::Source::kHistory;
      });
  if (!judged) {
    reading_.problem(node,
                     "nodes: no outcome is judged over the history; add one, e.g. "
                     "{name: writes survive, history: acknowledged-writes}");
  }
}

}  // namespace cutset::injector
