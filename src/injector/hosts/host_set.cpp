#include "injector/hosts/host_set.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "injector/address_book.h"
#include "injector/agent_process.h"
#include "injector/hosts/host.h"
#include "injector/hosts/instance_messages.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

/// The proxy of a service with one instance has the service's name, which is what calls
/// are identified by.
std::string proxy_name(const ServiceConfig& service, const InstanceKey& instance) {
  return service.slots <= 1 ? service.name : instance_service(instance);
}

bool names_data(const std::vector<std::string>& placeholders) {
  return std::find(placeholders.begin(), placeholders.end(), "self.data") !=
         placeholders.end();
}

bool wants_data(const ServiceConfig& service) {
  const auto names = [](const TemplateText& text) {
    return names_data(text.placeholders());
  };
  return std::any_of(service.command.begin(), service.command.end(), names) ||
         std::any_of(service.environment.begin(), service.environment.end(),
                     [&](const auto& variable) { return names(variable.second); });
}

/// "0.0.0.0" is no address to call.
std::string reachable(const std::string& address, const std::string& host_address) {
  if (host_of(address) != "0.0.0.0") return address;
  return host_address + ":" + port_of(address);
}

}  // namespace

class HostSet::Impl {
 public:
  Impl(const Config& config, const HostsConfig& hosts, HostSetOptions options)
      : config_(config), kind_(hosts), options_(std::move(options)) {
    book_.otlp = options_.otlp_address;
  }

  Status bring_up(const StopSignal& stop) {
    const HostStart start{options_.state_folder, options_.agent_binary, stop};
    switch (kind_.kind) {
      case HostsConfig::Kind::kProcesses: {
        CUTSET_ASSIGN(hosts_, start_processes(kind_, start));
        break;
      }
      default:
        return Error::usage(
            fmt::format("hosts of kind {} cannot be brought up", kind_name(kind_.kind)));
    }
    for (const Host& host : hosts_) names_.push_back(host.name);
    return {};
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
        placement.host_of[{service.name, slot}] =
            service.on[static_cast<size_t>(slot) % service.on.size()];
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
    for (Host& one : hosts_) CUTSET_TRY(open_proxies(one));
    return {};
  }

  Result<std::vector<v1::Instance>> instances_for(const std::string& host_name) const {
    std::vector<v1::Instance> messages;
    for (const auto& [key, place] : book_.places) {
      const ServiceConfig& service = *config_.service(key.first);
      v1::Instance message = located_instance(key, place);
      if (place.node == host_name) {
        CUTSET_ASSIGN(*message.mutable_process(), process_instance(service, key, book_));
      }
      messages.push_back(std::move(message));
    }
    return messages;
  }

  const std::vector<std::string>& names() const { return names_; }
  const InstanceBook& book() const { return book_; }

 private:
  Status open_proxies(Host& host) {
    v1::OpenProxiesRequest request;
    std::map<std::string, InstanceKey> instance_of;
    for (const auto& [key, place] : book_.places) {
      if (place.node != host.name) continue;
      const ServiceConfig& service = *config_.service(key.first);
      v1::ServicePlan& plan = *request.add_services();
      plan.set_name(proxy_name(service, key));
      plan.set_listen(service.listen_given ? service.listen : host.address + ":0");
      plan.set_proxy(host.address + ":0");
      plan.set_no_proxy(!service.proxied);
      plan.set_data_folder(wants_data(service));
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
      instance_of.erase(found);
    }
    if (instance_of.empty()) return {};
    return Error::unavailable(fmt::format("host {}: the agent gave no address to {}",
                                          host.name, instance_of.begin()->first));
  }

  const Config& config_;
  const HostsConfig kind_;
  const HostSetOptions options_;
  std::vector<Host> hosts_;
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
const InstanceBook& HostSet::book() const {
  return impl_->book();
}

}  // namespace cutset::injector
