// Hosts where agents listen already.
#include <fmt/format.h>

#include "injector/hosts/host.h"

namespace cutset::injector {

Result<std::vector<Host>> reach_external(const HostsConfig& config,
                                         const HostStart& start) {
  CHECK(config.names.size() == config.external.size());
  std::vector<Host> hosts;
  for (size_t i = 0; i < config.names.size(); ++i) {
    Host host;
    host.name = config.names[i];
    host.address = config.external[i].address;
    Result<std::unique_ptr<AgentClient>> client =
        AgentClient::connect(config.external[i].agent, start.stop);
    if (!client) {
      Error error = client.error();
      error.message = fmt::format("host {}: {}", host.name, error.message);
      return error;
    }
    host.client = std::move(*client);
    hosts.push_back(std::move(host));
  }
  return hosts;
}

}  // namespace cutset::injector
