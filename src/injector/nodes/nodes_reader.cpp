#include "injector/nodes/nodes_reader.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector {

namespace {

using campaign::nodes::kAllModes;
using campaign::nodes::Mode;
using campaign::nodes::mode_name;

constexpr int kMostFaults = 4;
constexpr int kMostRungs = 20;
constexpr int kMostMembers = 100;

const std::vector<std::pair<std::string, agent::v1::Framing>>& framings() {
  static const std::vector<std::pair<std::string, agent::v1::Framing>> kNames = {
      {"none", agent::v1::FRAMING_NONE},
      {"datagram", agent::v1::FRAMING_DATAGRAM},
      {"http1", agent::v1::FRAMING_HTTP1},
      {"http2", agent::v1::FRAMING_HTTP2},
      {"resp", agent::v1::FRAMING_RESP},
      {"length-prefix", agent::v1::FRAMING_LENGTH_PREFIX}};
  return kNames;
}

}  // namespace

bool NodesReader::is_one_of(const YamlNode& node, const std::string& what,
                            const std::string& word, const char* kind,
                            const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), word) != words.end()) return true;
  reading_.problem(node, fmt::format("{}: there is no {} \"{}\"{}", what, kind, word,
                                     suggestion(word, words)));
  return false;
}

NodesConfig NodesReader::read(const YamlNode& node) {
  NodesConfig config;
  YamlSection section(reading_, node, "nodes");
  config.clients_on = known_.workload_on;
  if (config.clients_on.empty()) {
    reading_.problem(node,
                     "nodes: the workload needs a host of its own, so that it can be cut "
                     "off from nodes: say workload: {on: HOST, ...}");
  }
  if (const YamlNode* found = section.require("roles")) read_roles(*found, config);
  read_writes(section, config);
  if (const YamlNode* found = section.take("processes")) {
    for (const std::string& name : reading_.texts(*found, "nodes.processes")) {
      if (is_one_of(*found, "nodes.processes", name, "service", known_.services))
        config.processes.push_back(name);
    }
  }
  read_model(section, config);
  if (const YamlNode* found = section.take("after")) {
    config.after = static_cast<int>(
        reading_.integer(*found, "nodes.after", 1, 1'000'000).value_or(config.after));
  }
  if (const YamlNode* found = section.take("prepare")) read_prepare(*found, config);
  if (const YamlNode* found = section.take("framings")) read_framings(*found, config);
  section.finish();
  return config;
}

void NodesReader::read_roles(const YamlNode& node, NodesConfig& config) {
  std::set<std::string> placed;
  for (const YamlEntry& entry : reading_.map(node, "nodes.roles")) {
    const std::string what = "nodes.roles." + entry.key;
    if (entry.key == campaign::nodes::kClients || entry.key.empty()) {
      reading_.problem_at(
          entry.line, entry.column,
          "nodes.roles: \"clients\" is the workload, choose another name");
      continue;
    }
    std::vector<std::string>& hosts = config.roles[entry.key];
    const std::vector<YamlNode> one = {entry.value};
    for (const YamlNode& item : entry.value.is_list() ? entry.value.items : one) {
      const auto host = reading_.text(item, what);
      if (!host || !is_one_of(item, what, *host, "host", known_.hosts)) continue;
      if (*host == config.clients_on) {
        reading_.problem(
            item,
            fmt::format("{}: \"{}\" is the workload's host, not a node", what, *host));
      } else if (!placed.insert(*host).second) {
        reading_.problem(item, fmt::format("{}: \"{}\" has a role already", what, *host));
      } else {
        hosts.push_back(*host);
      }
    }
    if (entry.value.is_list() &&
        (entry.value.items.empty() || entry.value.items.size() > kMostMembers)) {
      reading_.problem(entry.value,
                       fmt::format("{}: expected 1 to {} hosts", what, kMostMembers));
    }
  }
  if (node.is_map() && config.roles.empty()) {
    reading_.problem(node, "nodes.roles: expected at least one role with its hosts");
  }
}

void NodesReader::read_writes(YamlSection& section, NodesConfig& config) {
  if (const YamlNode* found = section.take("writes_to")) {
    config.writes_to = reading_.text(*found, "nodes.writes_to").value_or("");
  }
  std::vector<std::string> names;
  for (const auto& [role, hosts] : config.roles) names.push_back(role);
  if (!names.empty()) {
    const YamlNode* found = section.node().find("writes_to");
    is_one_of(found != nullptr ? *found : section.node(), "nodes.writes_to",
              config.writes_to, "role", names);
  }
  if (const YamlNode* found = section.take("clients_reach")) {
    const auto word = reading_.text(*found, "nodes.clients_reach");
    if (word && is_one_of(*found, "nodes.clients_reach", *word, "choice",
                          {"all", config.writes_to})) {
      config.clients_reach_all = *word == "all";
    }
  }
}

void NodesReader::read_model(YamlSection& section, NodesConfig& config) {
  if (const YamlNode* found = section.take("modes")) read_modes(*found, config);
  read_durations(section, config);
  if (const YamlNode* found = section.take("faults")) {
    config.model.most_faults = static_cast<size_t>(
        reading_.integer(*found, "nodes.faults", 1, kMostFaults).value_or(2));
  }
  if (const YamlNode* found = section.take("most_nodes")) {
    config.model.most_nodes = static_cast<size_t>(
        reading_.integer(*found, "nodes.most_nodes", 1, kMostMembers).value_or(1));
  }
}

void NodesReader::read_modes(const YamlNode& node, NodesConfig& config) {
  std::vector<std::string> names;
  for (const Mode mode : kAllModes) names.emplace_back(mode_name(mode));
  config.model.modes.clear();
  const std::vector<YamlNode>& items = reading_.list(node, "nodes.modes");
  if (node.is_list() && items.empty()) {
    reading_.problem(node, "nodes.modes: expected at least one");
  }
  for (const YamlNode& item : items) {
    const auto word = reading_.text(item, "nodes.modes");
    if (!word || !is_one_of(item, "nodes.modes", *word, "mode", names)) continue;
    const auto at = std::find(names.begin(), names.end(), *word) - names.begin();
    const Mode mode = kAllModes[at];
    std::vector<Mode>& modes = config.model.modes;
    if (std::find(modes.begin(), modes.end(), mode) != modes.end()) {
      reading_.problem(item, fmt::format("nodes.modes: \"{}\" stands here twice", *word));
      continue;
    }
    modes.push_back(mode);
  }
}

void NodesReader::read_durations(YamlSection& section, NodesConfig& config) {
  const YamlNode* durations = section.take("durations");
  if (const YamlNode* found = section.take("timeout")) {
    if (durations != nullptr) {
      reading_.problem(*found, "nodes.timeout: durations are given already");
    }
    if (const auto time = reading_.duration(*found, "nodes.timeout")) {
      config.model.ladder = campaign::nodes::NodeModel::ladder_around(*time);
    }
  }
  if (durations == nullptr) return;
  const std::vector<YamlNode>& items = reading_.list(*durations, "nodes.durations");
  if (durations->is_list() && (items.empty() || items.size() > kMostRungs)) {
    reading_.problem(*durations,
                     fmt::format("nodes.durations: expected 1 to {}", kMostRungs));
    return;
  }
  config.model.ladder.clear();
  for (const YamlNode& item : items) {
    const auto time = reading_.duration(item, "nodes.durations");
    if (!time) continue;
    if (!config.model.ladder.empty() && *time <= config.model.ladder.back()) {
      reading_.problem(item, "nodes.durations: expected an ascending list");
      continue;
    }
    config.model.ladder.push_back(*time);
  }
}

void NodesReader::read_prepare(const YamlNode& node, NodesConfig& config) {
  for (const YamlNode& item : reading_.list(node, "nodes.prepare")) {
    YamlSection section(reading_, item, "nodes.prepare");
    PrepareStep step;
    step.folder = known_.folder;
    if (const YamlNode* found = section.require("command")) {
      for (const YamlNode& word : reading_.list(*found, "nodes.prepare.command")) {
        auto text = reading_.template_text(word, "nodes.prepare.command");
        if (!text) continue;
        known_.check(word, *text);
        step.arguments.push_back(std::move(*text));
      }
      if (found->is_list() && found->items.empty()) {
        reading_.problem(*found,
                         "nodes.prepare.command: expected the program and its arguments");
      }
    }
    if (const YamlNode* found = section.take("within")) {
      step.within =
          reading_.duration(*found, "nodes.prepare.within").value_or(step.within);
    }
    section.finish();
    config.prepare.push_back(std::move(step));
  }
}

void NodesReader::read_framings(const YamlNode& node, NodesConfig& config) {
  std::vector<std::string> names;
  for (const auto& [name, value] : framings()) names.push_back(name);
  for (const YamlEntry& entry : reading_.map(node, "nodes.framings")) {
    const std::string what = "nodes.framings." + entry.key;
    if (!is_one_of(entry.value, what, entry.key, "service", known_.services)) continue;
    const auto word = reading_.text(entry.value, what);
    if (!word || !is_one_of(entry.value, what, *word, "framing", names)) continue;
    const auto at = std::find(names.begin(), names.end(), *word) - names.begin();
    config.framings[entry.key] = framings()[static_cast<size_t>(at)].second;
  }
}

}  // namespace cutset::injector
