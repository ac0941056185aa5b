#include "injector/hosts/hosts_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector {

namespace {

using Kind = HostsConfig::Kind;

constexpr std::array<std::string_view, 5> kNames = {"processes", "namespaces", "docker",
                                                    "external", "swarm"};

Result<std::vector<std::string>> parse_names(const std::string& text) {
  int count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (count >= 1 && count <= kMostHosts) return numbered_hosts(count);
    return Error::usage(
        fmt::format("--hosts: {} hosts, 1 to {} are expected", text, kMostHosts));
  }
  std::vector<std::string> names = split(text, ",");
  for (size_t i = 0; i < names.size(); ++i) {
    if (!is_host_name(names[i]))
      return Error::usage(
          fmt::format("--hosts: \"{}\" cannot be the name of a host", names[i]));
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i),
                  names[i]) != names.begin() + static_cast<std::ptrdiff_t>(i))
      return Error::usage(fmt::format("--hosts: \"{}\" twice", names[i]));
  }
  return names;
}

std::vector<std::string> usual_names(Kind kind,
                                     const std::vector<std::string>& placed_on) {
  if (runs_in_engine(kind)) return {std::string(kind_name(kind))};
  if (!placed_on.empty()) return placed_on;
  return kind == Kind::kNamespaces ? numbered_hosts(kUsualHosts)
                                   : std::vector<std::string>{"local"};
}

}  // namespace

Result<std::string> usual_engine() {
  constexpr std::string_view kUnix = "unix://";
  const char* told = std::getenv("DOCKER_HOST");
  const std::string text = told != nullptr ? told : "";
  if (text.empty()) return std::string("/var/run/docker.sock");
  if (text.starts_with(std::string(kUnix) + "/")) return text.substr(kUnix.size());
  return Error::bad_input(fmt::format(
      "DOCKER_HOST is \"{}\": expected unix:///PATH; cutset acts on the processes of "
      "containers, so their engine must be on this machine",
      text));
}

bool runs_in_engine(Kind kind) {
  return kind == Kind::kDocker || kind == Kind::kSwarm;
}

std::string_view kind_name(Kind kind) {
  return kNames[static_cast<size_t>(kind)];
}

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] != '.' && name[0] != '-' &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789._-") == std::string_view::npos;
}

std::vector<std::string> numbered_hosts(int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(fmt::format("n{}", i));
  return names;
}

Result<HostsConfig> parse_hosts_option(const std::string& text,
                                       const HostsConfig& configured,
                                       const std::vector<std::string>& placed_on) {
  const size_t colon = text.find(':');
  const std::string word = text.substr(0, colon);
  const auto* const found = std::find(kNames.begin(), kNames.end(), word);
  HostsConfig hosts = configured;
  if (found == kNames.end()) {
    if (colon != std::string::npos)
      return Error::usage(fmt::format(
          "--hosts: \"{}\" is no kind of hosts; processes, namespaces, docker, "
          "external and swarm are{}",
          word, suggestion(word, {kNames.begin(), kNames.end()})));
    if (hosts.kind != Kind::kNamespaces) hosts = HostsConfig();
    CUTSET_ASSIGN(hosts.names, parse_names(text));
    return hosts;
  }
  const auto kind = static_cast<Kind>(found - kNames.begin());
  const bool same = kind == configured.kind;
  hosts.kind = kind;
  if (!same) {
    hosts.subnet.clear();
    hosts.network_namespace.clear();
  }
  if (kind == Kind::kExternal && !same)
    return Error::usage(
        "--hosts external: cutset.yaml has to say where their agents listen (hosts: "
        "{external: ...})");
  if (colon == std::string::npos) {
    if (!same) hosts.names = usual_names(kind, placed_on);
    return hosts;
  }
  const std::string rest = text.substr(colon + 1);
  if (runs_in_engine(kind)) {
    if (rest.empty())
      return Error::usage(
          fmt::format("--hosts: \"{}\" has no image: {}:IMAGE is expected", text, word));
    hosts.image = rest;
    hosts.names = usual_names(kind, placed_on);
    return hosts;
  }
  if (kind == Kind::kExternal)
    return Error::usage(fmt::format("--hosts: {} takes no names", word));
  CUTSET_ASSIGN(hosts.names, parse_names(rest));
  return hosts;
}

Result<HostsConfig> chosen_hosts(const std::string& option, const HostsConfig& configured,
                                 const std::vector<std::string>& placed_on) {
  if (option.empty()) return configured;
  return parse_hosts_option(option, configured, placed_on);
}

}  // namespace cutset::injector
