// Where a system runs: what cutset.yaml says of hosts and of the places of services.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/address_book.h"
#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

using Kind = HostsConfig::Kind;

constexpr int kMostSlots = 100;

}  // namespace

void ConfigReader::read_hosts(const YamlNode& node) {
  HostsConfig& hosts = config_.hosts;
  config_.hosts_given = true;
  if (node.is_scalar()) {
    const auto word = reading_.text(node, "hosts");
    const auto kind =
        word ? parse_hosts_option(*word, {}, {}) : Result<HostsConfig>(Error::usage(""));
    if (kind && word->find_first_of(":,") == std::string::npos &&
        *word == kind_name(kind->kind)) {
      hosts.kind = kind->kind;
      hosts.names.clear();  // check_places() knows more
      return;
    }
    reading_.problem(node, fmt::format("hosts: expected processes, namespaces, docker or "
                                       "swarm, or a map of one kind, found {}",
                                       node.described()));
    return;
  }
  YamlSection section(reading_, node, "hosts");
  const std::optional<std::string> kind =
      section.one_of({"processes", "namespaces", "docker", "external", "swarm"});
  if (const YamlNode* found = section.take("subnet")) {
    hosts.subnet = reading_.text(*found, section.path("subnet")).value_or("");
    if (kind && (*kind == "processes" || *kind == "external"))
      reading_.problem(*found,
                       "hosts.subnet: only namespaces, docker and swarm have one");
  }
  section.finish();
  if (!kind) return;
  const YamlNode& value = *section.take(*kind);
  const std::string what = section.path(*kind);
  if (*kind == "processes" || *kind == "namespaces") {
    hosts.kind = *kind == "processes" ? Kind::kProcesses : Kind::kNamespaces;
    hosts.names = read_host_names(value, what);
  } else if (*kind == "external") {
    hosts.kind = Kind::kExternal;
    read_external(value, what);
  } else {
    hosts.kind = *kind == "docker" ? Kind::kDocker : Kind::kSwarm;
    hosts.names = {*kind};
    read_engine(value, what);
  }
}

std::vector<std::string> ConfigReader::read_host_names(const YamlNode& node,
                                                       const std::string& what) {
  if (node.is_scalar()) {
    const auto count = reading_.integer(node, what, 1, kMostHosts);
    return numbered_hosts(static_cast<int>(count.value_or(1)));
  }
  std::vector<std::string> names;
  const std::vector<YamlNode>& items = reading_.list(node, what);
  if (items.empty() || items.size() > static_cast<size_t>(kMostHosts)) {
    reading_.problem(node, fmt::format("{}: expected 1 to {} names", what, kMostHosts));
    return numbered_hosts(1);
  }
  for (const YamlNode& item : items) {
    const auto name = reading_.text(item, what);
    if (!name) continue;
    if (!is_host_name(*name)) {
      reading_.problem(
          item, fmt::format("{}: \"{}\" cannot be the name of a host", what, *name));
    } else if (std::find(names.begin(), names.end(), *name) != names.end()) {
      reading_.problem(item, fmt::format("{}: a second host \"{}\"", what, *name));
    } else {
      names.push_back(*name);
    }
  }
  return names;
}

void ConfigReader::read_engine(const YamlNode& node, const std::string& what) {
  HostsConfig& hosts = config_.hosts;
  YamlSection section(reading_, node, what);
  const auto path = [&](const std::string& key, std::string& value) {
    const YamlNode* found = section.take(key);
    if (found == nullptr) return;
    value = reading_.text(*found, section.path(key)).value_or("");
    if (!value.starts_with('/'))
      reading_.problem(*found, fmt::format("{}: expected an absolute path, found \"{}\"",
                                           section.path(key), value));
  };
  path("engine", hosts.engine);
  path("network_namespace", hosts.network_namespace);
  if (const YamlNode* found = section.take("image"))
    hosts.image = reading_.text(*found, section.path("image")).value_or("");
  if (const YamlNode* found = section.take("mount"))
    hosts.mount = reading_.boolean(*found, section.path("mount")).value_or(false);
  section.finish();
}

void ConfigReader::read_external(const YamlNode& node, const std::string& what) {
  config_.hosts.names.clear();
  YamlSection section(reading_, node, what);
  AgentTls shared;
  const auto file = [&](const std::string& key, std::string& value) {
    if (const YamlNode* found = section.require(key))
      value = absolute(reading_.text(*found, section.path(key)).value_or(""));
  };
  file("certificate", shared.certificate);
  file("key", shared.key);
  file("authority", shared.authority);
  if (const YamlNode* list = section.require("hosts")) {
    const auto& entries = reading_.map(*list, section.path("hosts"));
    if (list->is_map() && entries.empty())
      reading_.problem(*list, section.path("hosts") + ": expected at least one");
    for (const YamlEntry& entry : entries)
      read_external_host(entry, section.path("hosts"), shared);
  }
  section.finish();
}

void ConfigReader::read_external_host(const YamlEntry& entry, const std::string& what,
                                      const AgentTls& shared) {
  if (!is_host_name(entry.key)) {
    reading_.problem_at(
        entry.line, entry.column,
        fmt::format("{}: \"{}\" cannot be the name of a host", what, entry.key));
  }
  ExternalHost host{shared, ""};
  YamlSection section(reading_, entry.value, what + "." + entry.key);
  if (const YamlNode* found = section.require("agent")) {
    host.agent.address = reading_.text(*found, section.path("agent")).value_or("");
    if (port_of(host.agent.address).empty())
      reading_.problem(*found, fmt::format("{}: expected \"host:port\", found \"{}\"",
                                           section.path("agent"), host.agent.address));
  }
  host.address = host_of(host.agent.address);
  if (const YamlNode* found = section.take("address"))
    host.address = reading_.text(*found, section.path("address")).value_or("");
  if (const YamlNode* found = section.take("name"))
    host.agent.server_name = reading_.text(*found, section.path("name")).value_or("");
  section.finish();
  config_.hosts.names.push_back(entry.key);
  config_.hosts.external.push_back(std::move(host));
}

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
  if (const YamlNode* found = section.take("image")) {
    service.image = reading_.text(*found, section.path("image")).value_or("");
  }
}

/// Whether every place is one of the hosts; gives the hosts their names where the file
/// gives none.
void ConfigReader::check_places(const YamlNode& root) {
  HostsConfig& hosts = config_.hosts;
  const std::vector<std::string> placed = config_.placed_on();
  const bool has_names = config_.hosts_given && !hosts.names.empty();
  if (!has_names) {
    const auto usual =
        parse_hosts_option(std::string(kind_name(hosts.kind)), HostsConfig{}, placed);
    if (usual) hosts.names = usual->names;
    if (hosts.kind == Kind::kProcesses && !placed.empty()) hosts.names = placed;
    return;
  }
  if (runs_in_engine(hosts.kind)) return;
  const auto check = [&](const YamlNode* node, const std::string& name) {
    if (std::find(hosts.names.begin(), hosts.names.end(), name) != hosts.names.end())
      return;
    reading_.problem(node != nullptr ? *node : root,
                     fmt::format("on: there is no host \"{}\"{}", name,
                                 suggestion(name, hosts.names)));
  };
  const YamlNode* services = root.find("services");
  for (const ServiceConfig& service : config_.services) {
    const YamlNode* entry = services != nullptr ? services->find(service.name) : nullptr;
    const YamlNode* on = entry != nullptr ? entry->find("on") : nullptr;
    for (const std::string& name : service.on) check(on, name);
  }
  const YamlNode* workload = root.find("workload");
  if (!config_.workload.on.empty() && workload != nullptr)
    check(workload->find("on"), config_.workload.on);
}

std::vector<std::string> Config::placed_on() const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& host) {
    if (!host.empty() && std::find(names.begin(), names.end(), host) == names.end())
      names.push_back(host);
  };
  for (const ServiceConfig& service : services) {
    for (const std::string& host : service.on) add(host);
  }
  add(workload.on);
  return names;
}

}  // namespace cutset::injector
