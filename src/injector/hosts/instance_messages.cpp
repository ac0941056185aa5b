#include "injector/hosts/instance_messages.h"

#include <algorithm>
#include <filesystem>

#include "injector/address_book.h"

namespace cutset::injector {

namespace v1 = agent::v1;

namespace {

bool names_data(const std::vector<std::string>& placeholders) {
  return std::find(placeholders.begin(), placeholders.end(), "self.data") !=
         placeholders.end();
}

}  // namespace

bool wants_data(const ServiceConfig& service) {
  const auto names = [](const TemplateText& text) {
    return names_data(text.placeholders());
  };
  return std::any_of(service.command.begin(), service.command.end(), names) ||
         std::any_of(service.environment.begin(), service.environment.end(),
                     [&](const auto& variable) { return names(variable.second); });
}

std::string proxy_name(const ServiceConfig& service, int slot) {
  return service.slots <= 1 ? service.name : instance_service({service.name, slot});
}

v1::Instance located_instance(const InstanceKey& key, const InstancePlace& place) {
  v1::Instance message;
  message.mutable_name()->set_service(key.first);
  message.mutable_name()->set_slot(static_cast<uint32_t>(key.second));
  message.add_addresses(host_of(place.listen));
  message.add_ports(static_cast<uint32_t>(std::stoul(port_of(place.listen))));
  return message;
}

Result<v1::ProcessInstance> process_instance(const ServiceConfig& service,
                                             const InstanceKey& key,
                                             const InstanceBook& book) {
  v1::ProcessInstance process;
  for (const TemplateText& argument : service.command) {
    CUTSET_ASSIGN(*process.add_arguments(), book.expand(argument, key));
  }
  process.set_folder(
      std::filesystem::absolute(service.folder).lexically_normal().string());
  for (const auto& [name, value] : service.environment) {
    v1::Variable& variable = *process.add_environment();
    variable.set_name(name);
    CUTSET_ASSIGN(*variable.mutable_value(), book.expand(value, key));
  }
  return process;
}

}  // namespace cutset::injector
