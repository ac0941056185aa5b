#include "injector/hosts/swarm_client.h"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace cutset::injector {

namespace {

using Json = nlohmann::json;

Result<Json> parse(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return Error::unavailable("the engine's answer is not JSON");
  return value;
}

/// The text at a pointer, "" where it is not.
std::string text_at(const Json& value, const std::string& pointer) {
  const Json::json_pointer where(pointer);
  if (!value.contains(where) || !value.at(where).is_string()) return "";
  return value.at(where).get<std::string>();
}

Json member(const Json& value, const std::string& pointer) {
  const Json::json_pointer where(pointer);
  return value.contains(where) ? value.at(where) : Json();
}

Json mounts_json(const SwarmServiceSpec& spec) {
  Json mounts = Json::array();
  if (!spec.volume.empty())
    mounts.push_back({{"Type", "volume"}, {"Target", spec.volume}});
  if (!spec.mounted_folder.empty()) {
    mounts.push_back({{"Type", "bind"},
                      {"Source", spec.mounted_folder},
                      {"Target", spec.mounted_folder},
                      {"ReadOnly", true}});
  }
  return mounts;
}

Json service_json(const SwarmServiceSpec& spec) {
  Json container = {{"Image", spec.image},       {"Labels", spec.labels},
                    {"Args", spec.arguments},    {"Env", spec.environment},
                    {"Hostname", spec.hostname}, {"Mounts", mounts_json(spec)}};
  if (!spec.folder.empty()) container["Dir"] = spec.folder;
  Json json = {{"Name", spec.name}, {"Labels", spec.labels}};
  Json& task = json["TaskTemplate"];
  task["ContainerSpec"] = std::move(container);
  task["RestartPolicy"]["Condition"] = "none";
  task["Placement"]["Constraints"] = Json::array({"node.id==" + spec.node});
  task["Networks"] =
      Json::array({{{"Target", spec.network}, {"Aliases", Json::array({spec.alias})}}});
  json["Mode"]["Replicated"]["Replicas"] = spec.replicas;
  json["EndpointSpec"]["Mode"] = "dnsrr";
  return json;
}

/// {"name":["value"]} as a query.
std::string filter(const std::string& name, const std::string& value) {
  return fmt::format("filters=%7B%22{}%22%3A%5B%22{}%22%5D%7D", name, value);
}

std::string without_length(const std::string& address) {
  return address.substr(0, address.find('/'));
}

}  // namespace

int slot_of_task(const std::string& task_name) {
  const std::vector<std::string> words = split(task_name, ".");
  if (words.size() < 3) return 0;
  // The name of a service may have dots itself.
  const std::string& word = words[words.size() - 2];
  int slot = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), slot);
  return error == std::errc() && end == word.data() + word.size() && slot > 0 ? slot : 0;
}

std::string without_templates(const std::string& text) {
  std::string result;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "{{") != 0) {
      result += text[at];
      continue;
    }
    result += "{{\"{{\"}}";
    ++at;
  }
  return result;
}

Result<std::string> SwarmClient::node() {
  CUTSET_ASSIGN(const std::string text, engine_.call("GET", "/info"));
  CUTSET_ASSIGN(const Json info, parse(text));
  const Json manages = member(info, "/Swarm/ControlAvailable");
  if (text_at(info, "/Swarm/LocalNodeState") == "active" && manages.is_boolean() &&
      manages.get<bool>())
    return text_at(info, "/Swarm/NodeID");
  return Error::unavailable(
      "the engine manages no Swarm: run \"docker swarm init\" there, or name the engine "
      "of a manager");
}

Result<std::string> SwarmClient::make_network(const std::string& name,
                                              const std::string& subnet,
                                              const Labels& labels) {
  Json json = {{"Name", name}, {"Driver", "overlay"}, {"Labels", labels}};
  if (!subnet.empty()) json["IPAM"]["Config"] = Json::array({{{"Subnet", subnet}}});
  CUTSET_ASSIGN(const std::string text,
                engine_.call("POST", "/networks/create", json.dump()));
  CUTSET_ASSIGN(const Json made, parse(text));
  return text_at(made, "/Id");
}

Result<SwarmBridge> SwarmClient::bridge() {
  CUTSET_ASSIGN(const std::string text, engine_.call("GET", "/networks/docker_gwbridge"));
  CUTSET_ASSIGN(const Json json, parse(text));
  SwarmBridge bridge;
  bridge.machine = text_at(json, "/IPAM/Config/0/Gateway");
  const Json containers = member(json, "/Containers");
  for (const auto& [id, one] : containers.items())
    bridge.of_tasks[id] = without_length(text_at(one, "/IPv4Address"));
  return bridge;
}

Result<std::string> SwarmClient::make_service(const SwarmServiceSpec& spec) {
  CUTSET_ASSIGN(const std::string text,
                engine_.call("POST", "/services/create", service_json(spec).dump()));
  CUTSET_ASSIGN(const Json json, parse(text));
  return text_at(json, "/ID");
}

Result<std::map<int, SwarmTask>> SwarmClient::tasks(const std::string& service) {
  const std::string label = "com.docker.swarm.service.id%3D" + service;
  CUTSET_ASSIGN(const std::string text,
                engine_.call("GET", "/containers/json?all=1&" + filter("label", label)));
  CUTSET_ASSIGN(const Json list, parse(text));
  std::map<int, SwarmTask> tasks;
  if (!list.is_array()) return Error::unavailable("the engine lists no containers");
  for (const Json& one : list) {
    const int slot = slot_of_task(text_at(one, "/Labels/com.docker.swarm.task.name"));
    if (slot == 0) continue;
    SwarmTask task;
    task.container = text_at(one, "/Id");
    task.running = text_at(one, "/State") == "running";
    const Json networks = member(one, "/NetworkSettings/Networks");
    for (const auto& network : networks) task.address = text_at(network, "/IPAddress");
    tasks[slot] = std::move(task);
  }
  return tasks;
}

Result<std::string> SwarmClient::failure(const std::string& service) {
  CUTSET_ASSIGN(const std::string text,
                engine_.call("GET", "/tasks?" + filter("service", service)));
  CUTSET_ASSIGN(const Json list, parse(text));
  if (!list.is_array()) return std::string();
  for (const Json& task : list) {
    const std::string state = text_at(task, "/Status/State");
    if (state == "failed" || state == "rejected" || state == "complete")
      return fmt::format("a task is {}: {}", state, text_at(task, "/Status/Err"));
  }
  return std::string();
}

}  // namespace cutset::injector
