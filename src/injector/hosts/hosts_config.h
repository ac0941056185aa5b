// Where a system runs: `hosts:` of cutset.yaml, or --hosts.
//
// Invariants:
// 1. `names` is not empty, its names are different, [A-Za-z0-9._-]{1,64}.
// 2. `external` has one entry for each name, in the same order; else it is empty.
//
// Thread rule: values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "injector/agent_tls.h"

namespace cutset::injector {

/// A host where an agent listens already.
struct ExternalHost {
  AgentTls agent;
  std::string address;  // by which the instances there are reached
};

struct HostsConfig {
  enum class Kind {
    kProcesses,   // of this machine, one agent for each name
    kNamespaces,  // network namespaces that cutset makes, one agent in each
    kDocker,      // containers of one engine
    kExternal,    // agents that listen already
    kSwarm,       // services of a Docker Swarm, their tasks on one engine
  };
  Kind kind = Kind::kProcesses;
  std::vector<std::string> names = {"local"};
  // kNamespaces, kDocker, kSwarm: "10.213.0.0/24"; "": one that is free
  std::string subnet;
  std::string engine;  // kDocker, kSwarm: its unix socket; "": usual_engine()
  // Path of the network namespace that the engine lives in; "": ours.
  std::string network_namespace;
  std::string image;   // kDocker, kSwarm: of services that name none
  bool mount = false;  // likewise: services see their folder as it is here
  std::vector<ExternalHost> external;
};

/// What --hosts says: a kind ("namespaces"), a kind with names or their number
/// ("namespaces:a,b", "namespaces:3"), an engine with the image of services that name
/// none ("docker:shop"), or names of processes or namespaces, as configured ("a,b").
/// `placed_on`: the names where none are given. Error: usage.
Result<HostsConfig> parse_hosts_option(const std::string& text,
                                       const HostsConfig& configured,
                                       const std::vector<std::string>& placed_on);

/// `option` as --hosts gives it; "": what is configured. Error: usage.
Result<HostsConfig> chosen_hosts(const std::string& option, const HostsConfig& configured,
                                 const std::vector<std::string>& placed_on);

/// [A-Za-z0-9._-]{1,64}, not beginning with '.' or '-'.
bool is_host_name(std::string_view name);
/// "n1", "n2", ...
std::vector<std::string> numbered_hosts(int count);
inline constexpr int kMostHosts = 250;
/// How many there are where nothing says it.
inline constexpr int kUsualHosts = 3;

/// "processes", "namespaces", ...
std::string_view kind_name(HostsConfig::Kind kind);

/// The socket that the program docker would take: that of DOCKER_HOST=unix://..., else
/// /var/run/docker.sock. Error: DOCKER_HOST is no unix socket.
Result<std::string> usual_engine();

/// Whether its one host is an engine: `on` says nothing there.
bool runs_in_engine(HostsConfig::Kind kind);

}  // namespace cutset::injector
