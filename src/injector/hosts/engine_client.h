// A container engine through its API (Docker's, version 1.41), at a unix socket. Images
// are never pulled.
//
// Thread rule: one owner thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "injector/http_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

using Labels = std::map<std::string, std::string>;

struct EngineNetwork {
  std::string id;
  std::string subnet;   // "172.18.0.0/16"
  std::string gateway;  // of the machine on it
};

struct ContainerSpec {
  std::string image;
  std::vector<std::string> arguments;    // of the image's entry point
  std::vector<std::string> environment;  // "NAME=value"
  std::string folder;                    // "": the image's
  std::string mounted_folder;            // of this machine, at the same place, read-only
  std::string volume;                    // path of a volume of its own, or ""
  Labels labels;
  std::string network;  // id
  std::string address;  // on it
};

struct ContainerState {
  bool running = false;
  int64_t pid = 0;
  int exit_code = 0;
};

class EngineClient {
 public:
  /// Error: nobody answers at the socket.
  static Result<std::unique_ptr<EngineClient>> connect(const std::string& socket,
                                                       const StopSignal& stop);

  /// Error: nobody answers; a status of 400 or more, with the engine's own words.
  Result<std::string> call(const std::string& method, const std::string& path,
                           const std::string& body = "");

  /// "sha256:..." Error: it has no such image (with what to do).
  Result<std::string> image_id(const std::string& image);
  /// A bridge. `subnet` "": one that the engine finds free.
  Result<EngineNetwork> make_network(const std::string& name, const std::string& subnet,
                                     const Labels& labels);
  /// Not started. Returns its id.
  Result<std::string> make_container(const ContainerSpec& spec);
  Status start(const std::string& id);
  /// SIGTERM, after the grace SIGKILL.
  Status stop(const std::string& id, std::chrono::seconds grace);
  Result<ContainerState> state(const std::string& id);
  /// What it wrote since it was made, stdout and stderr as they came.
  Result<std::string> log(const std::string& id);

 private:
  EngineClient(std::string socket, const StopSignal& stop)
      : socket_(std::move(socket)), client_(&stop) {}
  /// Where `json` has no subnet, the engine finds one.
  Result<std::string> create_network(const std::string& json);

  std::string socket_;
  HttpClient client_;
};

/// The engine's stream of two outputs as one text. What is damaged ends it.
std::string joined_output(std::string_view frames);

}  // namespace cutset::injector
