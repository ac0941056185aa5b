#include "injector/hosts/engine_host.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "injector/address_book.h"
#include "injector/hosts/engine_parts.h"
#include "injector/hosts/instance_messages.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

constexpr uint32_t kMostContainers = 200;

}  // namespace

Result<std::unique_ptr<EngineHost>> EngineHost::make(const Config& config,
                                                     const HostsConfig& hosts,
                                                     AgentClient& agent,
                                                     const StopSignal& stop) {
  std::unique_ptr<EngineHost> host(new EngineHost(config, hosts));
  CUTSET_ASSIGN(host->engine_, EngineClient::connect(hosts.engine, stop));
  CUTSET_ASSIGN(host->images_, find_images(config, hosts.image, *host->engine_));
  CUTSET_ASSIGN(host->mark_, random_mark());
  CUTSET_TRY(agent.claim_engine(hosts.engine, host->mark_));
  CUTSET_ASSIGN(host->network_,
                host->engine_->make_network(name_of_network(host->mark_), hosts.subnet,
                                            mark_labels(host->mark_)));
  return host;
}

Result<std::string> EngineHost::next_address() {
  in_addr address{};
  const std::string first = network_.subnet.substr(0, network_.subnet.find('/'));
  if (given_ >= kMostContainers || ::inet_pton(AF_INET, first.c_str(), &address) != 1)
    return Error::unavailable(fmt::format("no address is left in {}", network_.subnet));
  std::string text;
  do {
    in_addr next{htonl(ntohl(address.s_addr) + ++given_)};
    char buffer[INET_ADDRSTRLEN] = {};
    text = ::inet_ntop(AF_INET, &next, buffer, sizeof buffer);
  } while (text == network_.gateway);
  return text;
}

Labels EngineHost::labels(const InstanceKey& instance) const {
  Labels labels = service_labels(mark_, instance.first);
  labels["org.cutset.slot"] = std::to_string(instance.second);
  return labels;
}

Result<ContainerSpec> EngineHost::spec(const InstanceKey& instance,
                                       const InstanceBook& book) const {
  const ServiceConfig& service = *config_.service(instance.first);
  const InstancePlace& place = book.of(instance);
  CUTSET_ASSIGN(const v1::ProcessInstance process,
                process_instance(service, instance, book));
  ContainerSpec spec;
  spec.image = images_.at(instance.first);
  spec.arguments.assign(process.arguments().begin(), process.arguments().end());
  for (const v1::Variable& variable : process.environment())
    spec.environment.push_back(variable.name() + "=" + variable.value());
  if (hosts_.mount) spec.folder = spec.mounted_folder = process.folder();
  spec.volume = place.data;
  spec.labels = labels(instance);
  spec.network = network_.id;
  spec.address = host_of(place.listen);
  return spec;
}

Status EngineHost::make_containers(const InstanceBook& book) {
  for (const auto& [instance, place] : book.places) {
    CUTSET_ASSIGN(const ContainerSpec wanted, spec(instance, book));
    const Result<std::string> made = engine_->make_container(wanted);
    if (!made) {
      Error error = made.error();
      error.message = fmt::format("service {}: {}", instance.first, error.message);
      return error;
    }
    containers_[instance] = *made;
  }
  return {};
}

v1::ContainerInstance EngineHost::message(const InstanceKey& instance) const {
  v1::ContainerInstance container;
  container.set_engine(hosts_.engine);
  for (const auto& [name, value] : labels(instance))
    container.add_labels(name + "=" + value);
  return container;
}

}  // namespace cutset::injector
