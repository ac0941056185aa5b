#include "injector/hosts/swarm_host.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "injector/address_book.h"
#include "injector/hosts/engine_parts.h"
#include "injector/hosts/instance_messages.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
using namespace std::chrono_literals;

/// Stands for each task of a service in its one command.
constexpr int kAnySlot = -1;
constexpr auto kTaskPatience = 60s;
constexpr auto kBridgePatience = 10s;
constexpr auto kBetweenLooks = 100ms;

/// The Swarm's count of them begins at 1.
int task_slot(int slot) {
  return slot + 1;
}

Error of_service(const std::string& service, Error error) {
  error.message = fmt::format("service {}: {}", service, error.message);
  return error;
}

/// Whether one command does for every task.
Status check_alike(const ServiceConfig& service) {
  const auto names_slot = [](const TemplateText& text) {
    const std::vector<std::string> names = text.placeholders();
    return std::find(names.begin(), names.end(), "self.slot") != names.end();
  };
  const bool in_variables =
      std::any_of(service.environment.begin(), service.environment.end(),
                  [&](const auto& variable) { return names_slot(variable.second); });
  if (in_variables ||
      std::any_of(service.command.begin(), service.command.end(), names_slot)) {
    return Error::bad_input(
        "${self.slot}: the tasks of a Swarm service are all started alike; their host "
        "names end with the slot, counted from 1");
  }
  if (service.proxied) {
    return Error::bad_input(
        "calls in a Swarm cannot pass the agent's proxy, as nobody knows the addresses "
        "of tasks before they run: say proxy: false");
  }
  return {};
}

/// Its address. The engine makes the bridge a moment after it has begun its Swarm.
Result<std::string> machine_on_bridge(SwarmClient& swarm, const StopSignal& stop) {
  const auto until = std::chrono::steady_clock::now() + kBridgePatience;
  while (true) {
    const Result<SwarmBridge> bridge = swarm.bridge();
    if (bridge) return bridge->machine;
    if (std::chrono::steady_clock::now() > until) return bridge.error();
    if (stop.requested()) return Error::interrupted("stopped");
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

Result<std::unique_ptr<SwarmHost>> SwarmHost::make(const Config& config,
                                                   const HostsConfig& hosts,
                                                   AgentClient& agent,
                                                   const StopSignal& stop) {
  std::unique_ptr<SwarmHost> host(new SwarmHost(config, hosts, stop));
  for (const ServiceConfig& service : config.services) {
    const Status alike = check_alike(service);
    if (!alike) return of_service(service.name, alike.error());
  }
  CUTSET_ASSIGN(host->engine_, EngineClient::connect(hosts.engine, stop));
  SwarmClient swarm(*host->engine_);
  CUTSET_ASSIGN(host->node_, swarm.node());
  CUTSET_ASSIGN(host->images_, find_images(config, hosts.image, *host->engine_));
  CUTSET_ASSIGN(host->machine_, machine_on_bridge(swarm, stop));
  CUTSET_ASSIGN(host->mark_, random_mark());
  CUTSET_TRY(agent.claim_engine(hosts.engine, host->mark_));
  CUTSET_ASSIGN(host->network_,
                swarm.make_network(name_of_network(host->mark_), hosts.subnet,
                                   mark_labels(host->mark_)));
  return host;
}

Result<SwarmServiceSpec> SwarmHost::spec(const ServiceConfig& service,
                                         const InstanceBook& names) const {
  CUTSET_ASSIGN(const v1::ProcessInstance process,
                process_instance(service, {service.name, kAnySlot}, names));
  SwarmServiceSpec spec;
  spec.name = name_of_network(mark_) + "-" + service.name;
  spec.alias = service.name;
  spec.image = images_.at(service.name);
  spec.hostname = service.name + "-{{.Task.Slot}}";
  spec.node = node_;
  spec.arguments.assign(process.arguments().begin(), process.arguments().end());
  for (const v1::Variable& variable : process.environment())
    spec.environment.push_back(
        without_templates(variable.name() + "=" + variable.value()));
  if (hosts_.mount) spec.folder = spec.mounted_folder = process.folder();
  if (wants_data(service)) spec.volume = kContainerData;
  spec.labels = service_labels(mark_, service.name);
  spec.network = network_;
  return spec;
}

Status SwarmHost::make_services(const std::vector<fdsl::Instance>& instances,
                                InstanceBook& book) {
  std::map<std::string, int> replicas;
  for (const fdsl::Instance& instance : instances)
    replicas[instance.service] += instance.from_beginning ? 1 : 0;
  for (auto& [key, place] : book.places) {
    place.listen = fmt::format("{}-{}:{}", key.first, task_slot(key.second),
                               container_port(*config_.service(key.first)));
  }
  InstanceBook names = book;
  for (const auto& [service, count] : replicas) {
    InstancePlace& any = names.places[{service, kAnySlot}];
    any = book.of({service, 0});
    any.listen = fmt::format("0.0.0.0:{}", container_port(*config_.service(service)));
    any.data = kContainerData;
  }
  SwarmClient swarm(*engine_);
  for (const auto& [service, count] : replicas) {
    auto wanted = spec(*config_.service(service), names);
    if (!wanted) return of_service(service, wanted.error());
    wanted->replicas = count;
    const auto made = swarm.make_service(*wanted);
    if (!made) return of_service(service, made.error());
    services_[service] = *made;
  }
  for (const auto& [service, count] : replicas) {
    const Status running = await_tasks(service, count, book);
    if (!running) return of_service(service, running.error());
  }
  return {};
}

Status SwarmHost::await_tasks(const std::string& service, int replicas,
                              InstanceBook& book) {
  SwarmClient swarm(*engine_);
  const std::string& id = services_.at(service);
  const auto until = std::chrono::steady_clock::now() + kTaskPatience;
  int found = 0;
  while (found < replicas) {
    if (stop_.requested()) return Error::interrupted("stopped");
    CUTSET_ASSIGN(const auto tasks, swarm.tasks(id));
    CUTSET_ASSIGN(const SwarmBridge bridge, swarm.bridge());
    found = 0;
    for (const auto& [slot, task] : tasks) {
      const auto near = bridge.of_tasks.find(task.container);
      const auto place = book.places.find({service, slot - 1});
      if (!task.running || task.address.empty() || near == bridge.of_tasks.end() ||
          place == book.places.end())
        continue;
      ++found;
      place->second.listen =
          near->second + ":" + port_of(std::string(place->second.listen));
      containers_[place->first] = task.container;
      places_[place->first] = {task.address, near->second};
    }
    if (found >= replicas) break;
    CUTSET_ASSIGN(const std::string failure, swarm.failure(id));
    if (!failure.empty()) return Error::unavailable(failure);
    if (std::chrono::steady_clock::now() > until)
      return Error::unavailable(
          fmt::format("{} of {} tasks run after 60 s", found, replicas));
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return {};
}

v1::Instance SwarmHost::message(const InstanceKey& instance) const {
  const auto& [service, slot] = instance;
  v1::Instance message;
  message.mutable_name()->set_service(service);
  message.mutable_name()->set_slot(static_cast<uint32_t>(slot));
  const auto place = places_.find(instance);
  if (place != places_.end()) {
    for (const std::string& address : place->second) message.add_addresses(address);
  }
  message.add_ports(static_cast<uint32_t>(container_port(*config_.service(service))));
  v1::ContainerInstance& container = *message.mutable_container();
  container.set_engine(hosts_.engine);
  for (const auto& [name, value] : service_labels(mark_, service))
    container.add_labels(name + "=" + value);
  container.mutable_task()->set_service(services_.at(service));
  container.mutable_task()->set_slot(static_cast<uint32_t>(task_slot(slot)));
  return message;
}

}  // namespace cutset::injector
