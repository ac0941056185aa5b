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
  std::string address;                    // of what runs on it
  std::string network_namespace;          // path; "": ours, or out of reach
  std::unique_ptr<AgentProcess> process;  // none: the agent was there before
  std::unique_ptr<AgentClient> client;
};

struct HostStart {
  const std::string& state_folder;
  const std::string& agent_binary;
  const StopSignal& stop;
};

/// An agent of this machine for each name. Error: the first that does not start.
Result<std::vector<Host>> start_processes(const HostsConfig& config,
                                          const HostStart& start);

/// The state folder of the host's agent.
std::string host_folder(const HostsConfig& config, const HostStart& start,
                        const std::string& name);

}  // namespace cutset::injector
