// Where a system runs: what cutset.yaml says of hosts and of the places of services.
#include <fmt/format.h>

#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

constexpr int kMostSlots = 100;

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '-' &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789._-") == std::string_view::npos;
}

}  // namespace

void ConfigReader::read_placing(YamlSection& section, ServiceConfig& service) {
  if (const YamlNode* found = section.take("on")) {
    const std::string what = section.path("on");
    const std::vector<YamlNode> one = {*found};
    for (const YamlNode& item : found->is_list() ? found->items : one) {
      const auto name = reading_.text(item, what);
      if (!name) continue;
      if (!is_host_name(*name)) {
        reading_.problem(
            item, fmt::format("{}: \"{}\" cannot be the name of a host", what, *name));
      }
      service.on.push_back(*name);
    }
    if (found->is_list() && found->items.empty())
      reading_.problem(*found, what + ": expected a host or a list of hosts");
    service.slots = std::max(1, static_cast<int>(service.on.size()));
  }
  if (const YamlNode* found = section.take("slots")) {
    const auto slots = reading_.integer(*found, section.path("slots"), 1, kMostSlots);
    service.slots = static_cast<int>(slots.value_or(1));
  }
  if (const YamlNode* found = section.take("proxy")) {
    service.proxied = reading_.boolean(*found, section.path("proxy")).value_or(true);
  }
}

}  // namespace cutset::injector
