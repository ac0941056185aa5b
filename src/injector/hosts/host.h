// One host of a HostSet, and the ways in which hosts come to be; private to hosts/.
//
// Thread rule: one owner thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/agent_process.h"
#include "injector/hosts/hosts_config.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

/// The lease ends first, then the agent's process is awaited: the order of the members.
struct Host {
  std::string name;
  std::string address;                        // of what runs on it
  std::string machine_address = "127.0.0.1";  // by which it reaches this process
  std::string network_namespace;              // path; "": ours, or out of reach
  std::unique_ptr<AgentProcess> process;      // none: the agent was there before
  std::unique_ptr<AgentClient> client;
};

struct HostStart {
  const std::string& state_folder;
  const std::string& agent_binary;
  const std::string& agent_socket;
  const StopSignal& stop;
};

/// An agent of this machine for each name. Error: the first that does not start.
Result<std::vector<Host>> start_processes(const HostsConfig& config,
                                          const HostStart& start);

/// Namespaces joined by a network, an agent in each; the last element is the agent of
/// this machine, who made them and removes them: it has no instances. Error: the first
/// that does not start.
Result<std::vector<Host>> start_namespaces(const HostsConfig& config,
                                           const HostStart& start);

/// Agents that listen already; by mutual TLS. Error: the first that cannot be reached.
Result<std::vector<Host>> reach_external(const HostsConfig& config,
                                         const HostStart& start);

/// Ends them: the hosts beside each other, then what they live in.
void end_hosts(std::vector<Host>& hosts);

/// The state folder of the host's agent.
std::string host_folder(const HostsConfig& config, const HostStart& start,
                        const std::string& name);

}  // namespace cutset::injector
