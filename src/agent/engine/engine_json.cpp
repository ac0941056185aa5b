#include "agent/engine/engine_json.h"

#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using simdjson::dom::parser;

Error unreadable(std::string_view what) {
  return Error::unavailable(
      fmt::format("the container engine's answer has no {} where one is expected", what));
}

std::string text_of(const element& parent, std::string_view name) {
  std::string_view text;
  if (parent[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

template <typename Number>
Number number_of(const element& parent, std::string_view name) {
  int64_t number = 0;
  if (parent[name].get(number) != simdjson::SUCCESS) return 0;
  return static_cast<Number>(number);
}

bool flag_of(const element& parent, std::string_view name) {
  bool flag = false;
  return parent[name].get(flag) == simdjson::SUCCESS && flag;
}

void read_mounts(const element& document, ContainerState& state) {
  simdjson::dom::array mounts;
  if (document["Mounts"].get(mounts) != simdjson::SUCCESS) return;
  for (const element mount : mounts)
    state.mounts.push_back(
        {text_of(mount, "Source"), text_of(mount, "Destination"), flag_of(mount, "RW")});
}

std::map<std::string, std::string> texts_of(const element& parent,
                                            std::string_view name) {
  std::map<std::string, std::string> texts;
  object members;
  if (parent[name].get(members) != simdjson::SUCCESS) return texts;
  for (const auto& [member, value] : members) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
      texts[std::string(member)] = std::string(text);
  }
  return texts;
}

}  // namespace

Result<std::vector<std::string>> read_container_list(const std::string& json) {
  parser reader;
  simdjson::dom::array list;
  if (reader.parse(json).get(list) != simdjson::SUCCESS)
    return unreadable("list of containers");
  std::vector<std::string> ids;
  for (const element container : list) {
    std::string id = text_of(container, "Id");
    if (!is_container_id(id)) return unreadable("id of a container");
    ids.push_back(std::move(id));
  }
  return ids;
}

Result<ContainerState> read_container(const std::string& json) {
  parser reader;
  element document;
  if (reader.parse(json).get(document) != simdjson::SUCCESS)
    return unreadable("description of a container");
  ContainerState state;
  state.id = text_of(document, "Id");
  element values;
  if (!is_container_id(state.id) || document["State"].get(values) != simdjson::SUCCESS)
    return unreadable("state of a container");
  state.running = flag_of(values, "Running");
  state.paused = flag_of(values, "Paused");
  state.pid = number_of<pid_t>(values, "Pid");
  state.exit_code = number_of<int>(values, "ExitCode");
  element config;
  if (document["Config"].get(config) == simdjson::SUCCESS) {
    state.labels = texts_of(config, "Labels");
    state.stop_signal = text_of(config, "StopSignal");
  }
  if (state.stop_signal.empty()) state.stop_signal = "SIGTERM";
  read_mounts(document, state);
  return state;
}

Result<ContainerEvent> read_event(const std::string& json) {
  parser reader;
  element document;
  element actor;
  if (reader.parse(json).get(document) != simdjson::SUCCESS ||
      document["Actor"].get(actor) != simdjson::SUCCESS)
    return unreadable("event");
  ContainerEvent event;
  event.started = text_of(document, "Action") == "start";
  event.id = text_of(actor, "ID");
  event.utc_ns = number_of<int64_t>(document, "timeNano");
  event.labels = texts_of(actor, "Attributes");
  const auto code = event.labels.find("exitCode");
  if (code != event.labels.end()) {
    const std::string& digits = code->second;
    std::from_chars(digits.data(), digits.data() + digits.size(), event.exit_code);
  }
  if (!is_container_id(event.id)) return unreadable("id of a container");
  return event;
}

Result<SwarmService> read_service(const std::string& json, uint32_t replicas) {
  parser reader;
  element document;
  object spec;
  SwarmService service;
  if (reader.parse(json).get(document) != simdjson::SUCCESS ||
      document["Spec"].get(spec) != simdjson::SUCCESS ||
      document["Version"]["Index"].get(service.version) != simdjson::SUCCESS)
    return unreadable("description of a service");
  if (spec["Mode"]["Replicated"]["Replicas"].get(service.replicas) != simdjson::SUCCESS)
    return unreadable("number of replicas");
  std::vector<std::string> members;
  for (const auto& [name, value] : spec) {
    const std::string text =
        name == "Mode" ? fmt::format(R"({{"Replicated":{{"Replicas":{}}}}})", replicas)
                       : std::string(simdjson::minify(value));
    members.push_back(json_text(name) + ":" + text);
  }
  service.with_replicas = "{" + join(members, ",") + "}";
  return service;
}

Result<std::string> read_text_member(const std::string& json, std::string_view name) {
  parser reader;
  element document;
  std::string_view text;
  if (reader.parse(json).get(document) != simdjson::SUCCESS ||
      document[name].get(text) != simdjson::SUCCESS)
    return unreadable(name);
  return std::string(text);
}

Result<int64_t> read_number_member(const std::string& json, std::string_view name) {
  parser reader;
  element document;
  if (reader.parse(json).get(document) != simdjson::SUCCESS) return unreadable(name);
  int64_t number = 0;
  const simdjson::error_code code = document[name].get(number);
  if (code == simdjson::SUCCESS) return number;
  if (document[name].is_null()) return int64_t{0};
  return unreadable(name);
}

std::string read_refusal(const std::string& json) {
  const Result<std::string> message = read_text_member(json, "message");
  return one_line((message.ok() ? *message : json).substr(0, 300));
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

}  // namespace cutset::agent
