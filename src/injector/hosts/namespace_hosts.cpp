// Hosts that are network namespaces of this machine.
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "injector/hosts/host.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

/// The agent that makes the network; no host can have this name.
constexpr const char* kMachine = "(machine)";

Result<Host> start_host(const v1::MadeNamespace& made, const HostsConfig& config,
                        const HostStart& start) {
  Host host;
  host.name = made.host();
  host.address = made.address();
  host.network_namespace = "/run/netns/" + made.namespace_();
  CUTSET_ASSIGN(host.process, AgentProcess::start(start.agent_binary,
                                                  host_folder(config, start, host.name),
                                                  start.stop, host.network_namespace));
  CUTSET_ASSIGN(host.client, AgentClient::connect(host.process->socket(), start.stop));
  return host;
}

}  // namespace

Result<std::vector<Host>> start_namespaces(const HostsConfig& config,
                                           const HostStart& start) {
  Host machine;
  machine.name = kMachine;
  CUTSET_ASSIGN(machine.process,
                AgentProcess::start(start.agent_binary, start.state_folder, start.stop));
  CUTSET_ASSIGN(machine.client,
                AgentClient::connect(machine.process->socket(), start.stop));
  v1::MakeNetworkRequest request;
  for (const std::string& name : config.names) request.add_hosts(name);
  request.set_subnet(config.subnet);
  CUTSET_ASSIGN(const v1::MakeNetworkReply network,
                machine.client->make_network(std::move(request)));
  machine.machine_address = network.bridge_address();

  // Beside each other: most of the time of a start is waiting.
  std::vector<std::optional<Result<Host>>> started(config.names.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < started.size(); ++i) {
    threads.emplace_back([&, i] {
      started[i] = start_host(network.namespaces(static_cast<int>(i)), config, start);
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<Host> hosts;
  std::optional<Error> failure;
  for (std::optional<Result<Host>>& one : started) {
    if (one->ok()) {
      hosts.push_back(std::move(**one));
    } else if (!failure) {
      const size_t index = static_cast<size_t>(&one - started.data());
      failure = one->error();
      failure->message =
          fmt::format("host {}: {}", config.names[index], failure->message);
    }
  }
  hosts.push_back(std::move(machine));
  if (!failure) return hosts;
  end_hosts(hosts);
  return *failure;
}

}  // namespace cutset::injector
