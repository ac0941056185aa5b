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
    kSwarm,       // services of a Swarm, on the same engine
    kExternal,    // agents that listen already
  };
  Kind kind = Kind::kProcesses;
  std::vector<std::string> names = {"local"};
  std::string subnet;  // kNamespaces, kDocker: "10.213.0.0/24"; "": one that is free
  std::string engine = "/var/run/docker.sock";  // kDocker, kSwarm: its unix socket
  // Path of the network namespace that the engine lives in; "": ours.
  std::string network_namespace;
  std::vector<ExternalHost> external;
};

/// "processes", "namespaces", ...
std::string_view kind_name(HostsConfig::Kind kind);

}  // namespace cutset::injector
