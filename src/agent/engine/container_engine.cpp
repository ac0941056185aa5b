#include "agent/engine/container_engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/engine/engine_json.h"
#include "agent/engine/http_client.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

// The oldest version of the API that has everything used here (Docker 20.10, Podman 4).
constexpr const char* kVersion = "/v1.41";

constexpr int kMostUpdates = 20;
constexpr int64_t kNanosASecond = 1'000'000'000;
constexpr std::chrono::hours kLongestWatch{24 * 365};

// Output comes in frames. Eight bytes before each piece: which stream, three zeros, the
// length (big endian).
constexpr size_t kFrameHead = 8;

/// Or may do so, as far as it has come.
bool begins_frame(std::string_view stream) {
  return (stream.empty() || static_cast<unsigned char>(stream[0]) <= 2) &&
         std::string_view("\0\0\0", 3)
             .starts_with(stream.substr(std::min<size_t>(1, stream.size()), 3));
}

/// Its content, as much of it as there is. Nothing: there is no whole head.
std::optional<std::string_view> first_frame(std::string_view stream, bool* whole) {
  if (!begins_frame(stream) || stream.size() < kFrameHead) return std::nullopt;
  size_t length = 0;
  for (size_t i = 4; i < kFrameHead; ++i)
    length = length << 8 | static_cast<unsigned char>(stream[i]);
  const std::string_view content = stream.substr(kFrameHead, length);
  *whole = content.size() == length;
  return content;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(json_text(text));
  return "[" + join(quoted, ",") + "]";
}

Error refused(const std::string& what, const HttpResponse& response) {
  return Error::unavailable(fmt::format("the container engine does not {}: {} ({})", what,
                                        read_refusal(response.body), response.status));
}

bool is_good(const HttpResponse& response) {
  return response.status >= 200 && response.status < 300;
}

}  // namespace

Result<std::vector<std::string>> ContainerEngine::list(
    const std::vector<std::string>& labels) const {
  HttpRequest request;
  request.target = fmt::format("{}/containers/json?all=1&filters={}", kVersion,
                               percent_encoded("{\"label\":" + json_list(labels) + "}"));
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response)) return refused("list its containers", response);
  return read_container_list(response.body);
}

Result<std::optional<ContainerState>> ContainerEngine::inspect(
    const std::string& id) const {
  HttpRequest request;
  request.target = fmt::format("{}/containers/{}/json", kVersion, id);
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (response.status == 404) return std::optional<ContainerState>();
  if (!is_good(response)) return refused("describe the container " + id, response);
  CUTSET_ASSIGN(ContainerState state, read_container(response.body));
  return std::optional<ContainerState>(std::move(state));
}

Status ContainerEngine::post(const std::string& target, const std::string& what,
                             const std::string& body) const {
  HttpRequest request;
  request.method = "POST";
  request.body = body;
  request.target = kVersion + target;
  request.deadline = std::chrono::milliseconds(5000);
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response) && response.status != 304) return refused(what, response);
  return {};
}

Status ContainerEngine::watch_containers(
    int64_t since_utc_ns, const std::function<void(const ContainerEvent&)>& use,
    const std::function<bool()>& stop) const {
  HttpRequest request;
  request.target =
      fmt::format("{}/events?since={}.{:09}&filters={}", kVersion,
                  since_utc_ns / kNanosASecond, since_utc_ns % kNanosASecond,
                  percent_encoded(R"({"type":["container"],"event":["start","die"]})"));
  request.deadline = kLongestWatch;
  request.stop = stop;
  std::string partial;
  // One JSON text a line.
  request.on_body = [&](std::string_view piece) {
    partial += piece;
    size_t begin = 0;
    for (size_t end = 0; (end = partial.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      const auto event = read_event(partial.substr(begin, end - begin));
      if (event.ok()) use(*event);
    }
    partial.erase(0, begin);
  };
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response)) return refused("tell what happens to containers", response);
  return {};
}

Status ContainerEngine::follow_output(const std::string& id,
                                      const std::function<void(std::string_view)>& use,
                                      const std::function<bool()>& stop) const {
  HttpRequest request;
  request.target =
      fmt::format("{}/containers/{}/logs?follow=1&stdout=1&stderr=1", kVersion, id);
  request.deadline = kLongestWatch;
  request.stop = stop;
  std::string pending;
  request.on_body = [&](std::string_view piece) {
    pending += piece;
    std::string_view rest = pending;
    bool whole = true;
    for (auto frame = first_frame(rest, &whole); frame && whole;
         frame = first_frame(rest, &whole)) {
      use(*frame);
      rest.remove_prefix(kFrameHead + frame->size());
    }
    // A container with a terminal has no frames.
    if (!begins_frame(rest)) {
      use(rest);
      rest = {};
    }
    pending.erase(0, pending.size() - rest.size());
  };
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response))
    return refused("tell what the container " + id + " wrote", response);
  return {};
}

Status ContainerEngine::have_replicas(const std::string& service,
                                      uint32_t replicas) const {
  Status updated;
  for (int attempt = 0; attempt < kMostUpdates; ++attempt) {
    HttpRequest request;
    request.target = fmt::format("{}/services/{}", kVersion, service);
    CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
    if (!is_good(response)) return refused("describe the service " + service, response);
    CUTSET_ASSIGN(const SwarmService now, read_service(response.body, replicas));
    if (now.replicas >= replicas) return {};
    updated = post(fmt::format("/services/{}/update?version={}", service, now.version),
                   "add a replica to the service " + service, now.with_replicas);
    // Refused where somebody else has updated it meanwhile, perhaps to as many.
    if (updated.ok()) return {};
  }
  return updated;
}

Status ContainerEngine::start(const std::string& id) const {
  return post("/containers/" + id + "/start", "start the container " + id);
}

Status ContainerEngine::kill(const std::string& id, const std::string& signal) const {
  return post("/containers/" + id + "/kill?signal=" + percent_encoded(signal),
              "signal the container " + id);
}

Status ContainerEngine::pause(const std::string& id) const {
  return post("/containers/" + id + "/pause", "pause the container " + id);
}

Status ContainerEngine::unpause(const std::string& id) const {
  return post("/containers/" + id + "/unpause", "resume the container " + id);
}

Result<std::string> ContainerEngine::create_exec(
    const std::string& id, const std::vector<std::string>& arguments) const {
  HttpRequest request;
  request.method = "POST";
  request.target = fmt::format("{}/containers/{}/exec", kVersion, id);
  request.body =
      "{\"AttachStdout\":true,\"AttachStderr\":true,\"Cmd\":" + json_list(arguments) +
      "}";
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response)) return refused("prepare a command", response);
  CUTSET_ASSIGN(std::string exec, read_text_member(response.body, "Id"));
  if (!is_container_id(exec))
    return Error::unavailable("the container engine gives a command an odd id");
  return exec;
}

Result<ExecOutcome> ContainerEngine::run_exec(const std::string& exec,
                                              std::chrono::milliseconds limit,
                                              size_t output_limit,
                                              const std::function<bool()>& stop) const {
  HttpRequest request;
  request.method = "POST";
  request.target = fmt::format("{}/exec/{}/start", kVersion, exec);
  request.body = "{\"Detach\":false,\"Tty\":false}";
  request.deadline = limit;
  request.body_limit = output_limit;
  request.stop = stop;
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response)) return refused("execute the command", response);
  request = HttpRequest();
  request.target = fmt::format("{}/exec/{}/json", kVersion, exec);
  CUTSET_ASSIGN(const HttpResponse ended, send_request(socket_path_, request));
  if (!is_good(ended)) return refused("tell how the command ended", ended);
  CUTSET_ASSIGN(const int64_t exit_code, read_number_member(ended.body, "ExitCode"));
  return ExecOutcome{static_cast<int>(exit_code), unframed_output(response.body),
                     response.cut};
}

Result<pid_t> ContainerEngine::exec_pid(const std::string& exec) const {
  HttpRequest request;
  request.target = fmt::format("{}/exec/{}/json", kVersion, exec);
  CUTSET_ASSIGN(const HttpResponse response, send_request(socket_path_, request));
  if (!is_good(response)) return refused("describe a command", response);
  CUTSET_ASSIGN(const int64_t pid, read_number_member(response.body, "Pid"));
  return static_cast<pid_t>(pid);
}

std::string unframed_output(std::string_view stream) {
  std::string output;
  bool whole = true;
  while (const auto frame = first_frame(stream, &whole)) {
    output += *frame;
    stream.remove_prefix(kFrameHead + frame->size());
  }
  return output.append(stream);
}

bool is_service_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
         });
}

bool is_container_id(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace cutset::agent
