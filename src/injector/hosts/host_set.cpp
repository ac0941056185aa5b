#include "injector/hosts/host_set.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "injector/address_book.h"
#include "injector/agent_process.h"
#include "injector/hosts/engine_host.h"
#include "injector/hosts/engine_parts.h"
#include "injector/hosts/host.h"
#include "injector/hosts/instance_messages.h"
#include "injector/hosts/instance_runners.h"
#include "injector/hosts/swarm_host.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

/// "0.0.0.0" is no address to call.
std::string reachable(const std::string& address, const std::string& host_address) {
  if (host_of(address) != "0.0.0.0") return address;
  return host_address + ":" + port_of(address);
}

}  // namespace

class HostSet::Impl {
 public:
  Impl(const Config& config, const HostsConfig& hosts, HostSetOptions options)
      : config_(config), kind_(hosts), options_(std::move(options)) {}

  ~Impl() { end_hosts(hosts_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status bring_up(const StopSignal& stop) {
    if (runs_in_engine(kind_.kind) && kind_.engine.empty()) {
      CUTSET_ASSIGN(kind_.engine, usual_engine());
    }
    const HostStart start{options_.state_folder, options_.agent_binary,
                          options_.agent_socket, stop};
    switch (kind_.kind) {
      case HostsConfig::Kind::kProcesses: {
        CUTSET_ASSIGN(hosts_, start_processes(kind_, start));
        break;
      }
      case HostsConfig::Kind::kNamespaces: {
        CUTSET_ASSIGN(hosts_, start_namespaces(kind_, start));
        break;
      }
      case HostsConfig::Kind::kDocker: {
        CUTSET_TRY(bring_up_engine(start));
        break;
      }
      case HostsConfig::Kind::kSwarm: {
        CUTSET_TRY(bring_up_swarm(start));
        break;
      }
      case HostsConfig::Kind::kExternal: {
        CUTSET_ASSIGN(hosts_, reach_external(kind_, start));
        break;
      }
    }
    names_ = kind_.names;
    return {};
  }

  Status bring_up_engine(const HostStart& start) {
    CUTSET_ASSIGN(hosts_, start_processes(kind_, start));
    CUTSET_ASSIGN(engine_,
                  EngineHost::make(config_, kind_, *hosts_.front().client, start.stop));
    // The agent's proxies, and who receives spans, are the machine on that network.
    hosts_.front().address = engine_->network().gateway;
    hosts_.front().machine_address = engine_->network().gateway;
    return {};
  }

  Status bring_up_swarm(const HostStart& start) {
    CUTSET_ASSIGN(hosts_, start_processes(kind_, start));
    CUTSET_ASSIGN(swarm_,
                  SwarmHost::make(config_, kind_, *hosts_.front().client, start.stop));
    hosts_.front().address = swarm_->machine_address();
    hosts_.front().machine_address = swarm_->machine_address();
    return {};
  }

  std::unique_ptr<InstanceRunner> runner(HostSet& set) {
    if (engine_) return make_container_runner(engine_->engine(), engine_->containers());
    if (swarm_) return make_container_runner(swarm_->engine(), swarm_->containers());
    return make_process_runner(config_, set);
  }

  Host& host(const std::string& name) {
    const auto found = std::find_if(hosts_.begin(), hosts_.end(),
                                    [&](const Host& one) { return one.name == name; });
    CHECK(found != hosts_.end());
    return *found;
  }

  fdsl::Placement placement() const {
    fdsl::Placement placement;
    placement.hosts = names_;
    for (const ServiceConfig& service : config_.services) {
      for (int slot = 0; slot < service.slots && !service.on.empty(); ++slot) {
        const std::string& name =
            service.on[static_cast<size_t>(slot) % service.on.size()];
        // An engine is one host: each of its containers has an address of its own.
        if (std::find(names_.begin(), names_.end(), name) != names_.end())
          placement.host_of[{service.name, slot}] = name;
      }
    }
    return placement;
  }

  Status place(const std::vector<fdsl::Instance>& instances) {
    for (const fdsl::Instance& instance : instances) {
      if (config_.service(instance.service) == nullptr) {
        return Error::bad_input(
            fmt::format("the schedule has a service \"{}\", which {} has not",
                        instance.service, config_.path));
      }
      book_.places[{instance.service, instance.slot}].node = instance.host;
    }
    if (swarm_) return swarm_->make_services(instances, book_);
    for (Host& one : hosts_) CUTSET_TRY(open_proxies(one));
    if (engine_) CUTSET_TRY(engine_->make_containers(book_));
    return {};
  }

  Result<std::vector<v1::Instance>> instances_for(const std::string& host_name) const {
    std::vector<v1::Instance> messages;
    for (const auto& [key, place] : book_.places) {
      if (swarm_) {
        messages.push_back(swarm_->message(key));
        continue;
      }
      const ServiceConfig& service = *config_.service(key.first);
      v1::Instance message = located_instance(key, place);
      if (place.node == host_name && engine_) {
        *message.mutable_container() = engine_->message(key);
      } else if (place.node == host_name) {
        CUTSET_ASSIGN(*message.mutable_process(), process_instance(service, key, book_));
      }
      messages.push_back(std::move(message));
    }
    return messages;
  }

  std::vector<fdsl::Instance> configured_instances() const {
    const fdsl::Placement placed = placement();
    std::vector<fdsl::Instance> instances;
    size_t turn = 0;
    for (const ServiceConfig& service : config_.services) {
      for (int slot = 0; slot < service.slots; ++slot) {
        const auto own = placed.host_of.find({service.name, slot});
        instances.push_back(
            {service.name, slot,
             own != placed.host_of.end() ? own->second : names_[turn++ % names_.size()],
             true});
      }
    }
    return instances;
  }

  const std::string& own_address() const { return hosts_.back().machine_address; }
  void set_otlp_address(std::string address) { book_.otlp = std::move(address); }
  const std::vector<std::string>& names() const { return names_; }
  const InstanceBook& book() const { return book_; }

 private:
  /// What its agent is asked for; port 0: a free one.
  Result<std::string> listen_address(const ServiceConfig& service, const Host& host) {
    if (!engine_) return service.listen_given ? service.listen : host.address + ":0";
    CUTSET_ASSIGN(const std::string address, engine_->next_address());
    return fmt::format("{}:{}", address, container_port(service));
  }

  Status open_proxies(Host& host) {
    v1::OpenProxiesRequest request;
    std::map<std::string, InstanceKey> instance_of;
    for (const auto& [key, place] : book_.places) {
      if (place.node != host.name) continue;
      const ServiceConfig& service = *config_.service(key.first);
      v1::ServicePlan& plan = *request.add_services();
      plan.set_name(proxy_name(service, key.second));
      CUTSET_ASSIGN(*plan.mutable_listen(), listen_address(service, host));
      plan.set_proxy(host.address + ":0");
      plan.set_no_proxy(!service.proxied);
      plan.set_data_folder(wants_data(service) && !engine_);
      instance_of[plan.name()] = key;
    }
    if (request.services().empty()) return {};
    CUTSET_ASSIGN(const v1::OpenProxiesReply reply,
                  host.client->open_proxies(std::move(request)));
    for (const v1::OpenedProxy& opened : reply.services()) {
      const auto found = instance_of.find(opened.name());
      if (found == instance_of.end()) continue;
      InstancePlace& place = book_.places[found->second];
      place.listen = reachable(opened.listen(), host.address);
      place.proxy = opened.proxy();
      place.entry = opened.entry();
      place.data = opened.data();
      if (engine_ && wants_data(*config_.service(found->second.first)))
        place.data = kContainerData;
      instance_of.erase(found);
    }
    if (instance_of.empty()) return {};
    return Error::unavailable(fmt::format("host {}: the agent gave no address to {}",
                                          host.name, instance_of.begin()->first));
  }

  const Config& config_;
  HostsConfig kind_;
  const HostSetOptions options_;
  std::vector<Host> hosts_;
  std::unique_ptr<EngineHost> engine_;  // kDocker
  std::unique_ptr<SwarmHost> swarm_;    // kSwarm
  std::vector<std::string> names_;
  InstanceBook book_;
};

HostSet::HostSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HostSet::~HostSet() = default;

Result<std::unique_ptr<HostSet>> HostSet::bring_up(const Config& config,
                                                   const HostsConfig& hosts,
                                                   HostSetOptions options,
                                                   const StopSignal& stop) {
  auto impl = std::make_unique<Impl>(config, hosts, std::move(options));
  CUTSET_TRY(impl->bring_up(stop));
  return std::unique_ptr<HostSet>(new HostSet(std::move(impl)));
}

const std::string& HostSet::own_address() const {
  return impl_->own_address();
}
AgentClient& HostSet::agent_of(const InstanceKey& instance) {
  return agent(impl_->book().of(instance).node);
}
void HostSet::set_otlp_address(std::string address) {
  impl_->set_otlp_address(std::move(address));
}
std::vector<fdsl::Instance> HostSet::configured_instances() const {
  return impl_->configured_instances();
}
const std::vector<std::string>& HostSet::names() const {
  return impl_->names();
}
AgentClient& HostSet::agent(const std::string& host) {
  return *impl_->host(host).client;
}
const std::string& HostSet::address(const std::string& host) const {
  return impl_->host(host).address;
}
const std::string& HostSet::network_namespace(const std::string& host) const {
  return impl_->host(host).network_namespace;
}
fdsl::Placement HostSet::placement() const {
  return impl_->placement();
}
Status HostSet::place(const std::vector<fdsl::Instance>& instances) {
  return impl_->place(instances);
}
Result<std::vector<v1::Instance>> HostSet::instances_for(const std::string& host) const {
  return impl_->instances_for(host);
}
std::unique_ptr<InstanceRunner> HostSet::runner() {
  return impl_->runner(*this);
}
const InstanceBook& HostSet::book() const {
  return impl_->book();
}

}  // namespace cutset::injector
