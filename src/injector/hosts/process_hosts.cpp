#include "injector/hosts/host.h"

namespace cutset::injector {

std::string host_folder(const HostsConfig& config, const HostStart& start,
                        const std::string& name) {
  if (config.kind == HostsConfig::Kind::kProcesses && config.names.size() == 1)
    return start.state_folder;
  return start.state_folder + "/hosts/" + name;
}

Result<std::vector<Host>> start_processes(const HostsConfig& config,
                                          const HostStart& start) {
  std::vector<Host> hosts;
  for (const std::string& name : config.names) {
    Host host;
    host.name = name;
    host.address = "127.0.0.1";
    CUTSET_ASSIGN(host.process,
                  AgentProcess::start(start.agent_binary,
                                      host_folder(config, start, name), start.stop));
    CUTSET_ASSIGN(host.client, AgentClient::connect(host.process->socket(), start.stop));
    hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace cutset::injector
