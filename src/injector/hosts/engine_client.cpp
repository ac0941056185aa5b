#include "injector/hosts/engine_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cutset::injector {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view kApi = "/v1.41";
constexpr auto kDeadline = 60s;
constexpr size_t kFrameHead = 8;

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

int64_t number_at(const Json& value, const std::string& pointer) {
  const Json::json_pointer where(pointer);
  if (!value.contains(where) || !value.at(where).is_number_integer()) return 0;
  return value.at(where).get<int64_t>();
}

/// "172.18.0.1" of "172.18.0.0/16".
Result<std::string> first_address(const std::string& subnet) {
  in_addr address{};
  if (::inet_pton(AF_INET, subnet.substr(0, subnet.find('/')).c_str(), &address) != 1) {
    return Error::unavailable(fmt::format(
        "\"{}\" is no subnet of containers: expected one like 10.213.0.0/24", subnet));
  }
  address.s_addr = htonl(ntohl(address.s_addr) + 1);
  char text[INET_ADDRSTRLEN] = {};
  return std::string(::inet_ntop(AF_INET, &address, text, sizeof text));
}

Json container_json(const ContainerSpec& spec) {
  Json json = {{"Image", spec.image},
               {"Cmd", spec.arguments},
               {"Env", spec.environment},
               {"Labels", spec.labels},
               {"HostConfig", {{"NetworkMode", spec.network}}}};
  if (!spec.folder.empty()) json["WorkingDir"] = spec.folder;
  if (!spec.volume.empty()) json["Volumes"] = {{spec.volume, Json::object()}};
  if (!spec.mounted_folder.empty()) {
    json["HostConfig"]["Mounts"] = Json::array({{{"Type", "bind"},
                                                 {"Source", spec.mounted_folder},
                                                 {"Target", spec.mounted_folder},
                                                 {"ReadOnly", true}}});
  }
  json["NetworkingConfig"]["EndpointsConfig"][spec.network] = {
      {"IPAMConfig", {{"IPv4Address", spec.address}}}};
  return json;
}

}  // namespace

Result<std::unique_ptr<EngineClient>> EngineClient::connect(const std::string& socket,
                                                            const StopSignal& stop) {
  std::unique_ptr<EngineClient> engine(new EngineClient(socket, stop));
  CUTSET_TRY(engine->call("GET", "/version"));
  return engine;
}

Result<std::string> EngineClient::call(const std::string& method, const std::string& path,
                                       const std::string& body) {
  HttpRequest request;
  request.socket = socket_;
  request.address = "engine";
  request.method = method;
  request.path = std::string(kApi) + path;
  if (!body.empty()) request.headers = {{"content-type", "application/json"}};
  request.body = body;
  request.deadline = kDeadline;
  const Result<HttpAnswer> answer = client_.request(request);
  if (!answer) {
    Error error = answer.error();
    error.message = fmt::format("the engine at {}: {}", socket_, error.message);
    return error;
  }
  if (answer->status < 400) return answer->body;
  const Json said = Json::parse(answer->body, nullptr, false);
  const std::string words = said.is_object() ? text_at(said, "/message") : "";
  return Error::unavailable(
      fmt::format("the engine at {}: {}", socket_,
                  words.empty() ? fmt::format("status {}", answer->status) : words));
}

Result<std::string> EngineClient::image_id(const std::string& image) {
  const Result<std::string> found = call("GET", "/images/" + image + "/json");
  if (found) {
    CUTSET_ASSIGN(const Json json, parse(*found));
    return text_at(json, "/Id");
  }
  return Error::unavailable(fmt::format(
      "{}; images are not pulled: load or import it first", found.error().message));
}

Result<std::string> EngineClient::create_network(const std::string& json) {
  CUTSET_ASSIGN(const std::string made, call("POST", "/networks/create", json));
  CUTSET_ASSIGN(const Json answer, parse(made));
  return text_at(answer, "/Id");
}

Result<EngineNetwork> EngineClient::make_network(const std::string& name,
                                                 const std::string& subnet,
                                                 const Labels& labels) {
  Json json = {{"Name", name}, {"Driver", "bridge"}, {"Labels", labels}};
  EngineNetwork network;
  network.subnet = subnet;
  if (subnet.empty()) {
    // Addresses can be chosen only in a subnet that was chosen: the one that the engine
    // finds.
    CUTSET_ASSIGN(const std::string found, create_network(json.dump()));
    CUTSET_ASSIGN(const std::string text, call("GET", "/networks/" + found));
    CUTSET_ASSIGN(const Json said, parse(text));
    network.subnet = text_at(said, "/IPAM/Config/0/Subnet");
    CUTSET_TRY(call("DELETE", "/networks/" + found));
  }
  CUTSET_ASSIGN(network.gateway, first_address(network.subnet));
  json["IPAM"]["Config"] =
      Json::array({{{"Subnet", network.subnet}, {"Gateway", network.gateway}}});
  CUTSET_ASSIGN(network.id, create_network(json.dump()));
  return network;
}

Result<std::string> EngineClient::make_container(const ContainerSpec& spec) {
  CUTSET_ASSIGN(const std::string text,
                call("POST", "/containers/create", container_json(spec).dump()));
  CUTSET_ASSIGN(const Json json, parse(text));
  return text_at(json, "/Id");
}

Status EngineClient::start(const std::string& id) {
  CUTSET_TRY(call("POST", "/containers/" + id + "/start"));
  return {};
}

Status EngineClient::stop(const std::string& id, std::chrono::seconds grace) {
  CUTSET_TRY(call("POST", fmt::format("/containers/{}/stop?t={}", id, grace.count())));
  return {};
}

Result<ContainerState> EngineClient::state(const std::string& id) {
  CUTSET_ASSIGN(const std::string text, call("GET", "/containers/" + id + "/json"));
  CUTSET_ASSIGN(const Json json, parse(text));
  ContainerState state;
  state.running = text_at(json, "/State/Status") == "running";
  state.pid = number_at(json, "/State/Pid");
  state.exit_code = static_cast<int>(number_at(json, "/State/ExitCode"));
  return state;
}

Result<std::string> EngineClient::log(const std::string& id) {
  CUTSET_ASSIGN(const std::string frames,
                call("GET", "/containers/" + id + "/logs?stdout=1&stderr=1"));
  return joined_output(frames);
}

std::string joined_output(std::string_view frames) {
  std::string text;
  while (frames.size() >= kFrameHead) {
    size_t size = 0;
    for (size_t i = 4; i < kFrameHead; ++i)
      size = size << 8U | static_cast<unsigned char>(frames[i]);
    frames.remove_prefix(kFrameHead);
    text += frames.substr(0, size);
    frames.remove_prefix(std::min(size, frames.size()));
  }
  return text;
}

}  // namespace cutset::injector
