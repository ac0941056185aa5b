#include <thread>

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
  if (!start.agent_socket.empty() && config.names.size() != 1) {
    return Error::usage(
        "one running agent cannot stand for several hosts: leave its socket out, or "
        "place "
        "everything on one host");
  }
  std::vector<Host> hosts;
  for (const std::string& name : config.names) {
    Host host;
    host.name = name;
    host.address = "127.0.0.1";
    std::string socket = start.agent_socket;
    if (socket.empty()) {
      CUTSET_ASSIGN(host.process,
                    AgentProcess::start(start.agent_binary,
                                        host_folder(config, start, name), start.stop));
      socket = host.process->socket();
    }
    CUTSET_ASSIGN(host.client, AgentClient::connect(socket, start.stop));
    hosts.push_back(std::move(host));
  }
  return hosts;
}

void end_hosts(std::vector<Host>& hosts) {
  if (hosts.empty()) return;
  // The last may be the one who made what the others live in.
  std::vector<std::thread> threads;
  for (size_t i = 0; i + 1 < hosts.size(); ++i) {
    threads.emplace_back([host = std::move(hosts[i])]() mutable {
      host.client.reset();
      host.process.reset();
    });
  }
  for (std::thread& thread : threads) thread.join();
  hosts.back().client.reset();
  hosts.back().process.reset();
  hosts.clear();
}

}  // namespace cutset::injector
