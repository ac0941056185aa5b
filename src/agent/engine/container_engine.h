// A container engine (Docker, or what speaks its API) at a unix socket: what faults need
// of it. Containers are named by their full id, which nobody else's container ever gets.
//
// Thread rule: values; every call is a request of its own, bounded to a few seconds
// unless stated.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace cutset::agent {

struct ContainerMount {
  std::string source;       // on the host
  std::string destination;  // in the container
  bool writable = false;
};

struct ContainerState {
  std::string id;  // 64 hex digits
  bool running = false;
  bool paused = false;
  pid_t pid = 0;  // as this host numbers it; 0: it does not run
  int exit_code = 0;
  std::string stop_signal;  // "SIGTERM" where it has none of its own
  std::map<std::string, std::string> labels;
  std::vector<ContainerMount> mounts;
};

struct ExecOutcome {
  int exit_code = 0;
  std::string output;
  bool cut = false;
};

/// A container has started or ended.
struct ContainerEvent {
  bool started = false;
  std::string id;
  int exit_code = 0;  // of one that ended
  int64_t utc_ns = 0;
  std::map<std::string, std::string> labels;  // and what else the engine says of it
};

class ContainerEngine {
 public:
  explicit ContainerEngine(std::string socket_path)
      : socket_path_(std::move(socket_path)) {}

  const std::string& socket_path() const { return socket_path_; }

  /// Ids of the containers, running or not, that have all these labels ("key=value").
  Result<std::vector<std::string>> list(const std::vector<std::string>& labels) const;
  /// Nothing: there is no such container (any more).
  Result<std::optional<ContainerState>> inspect(const std::string& id) const;

  /// Hands on what happened after `since_utc_ns` (an engine remembers the last few
  /// hundred events) and what happens, until `stop` says so. Error: the engine is gone.
  Status watch_containers(int64_t since_utc_ns,
                          const std::function<void(const ContainerEvent&)>& use,
                          const std::function<bool()>& stop) const;

  /// Hands on all that a container has written, in any of its lives, and what it writes,
  /// until it ends or `stop` says so. Error: the engine has no output of it.
  Status follow_output(const std::string& id,
                       const std::function<void(std::string_view)>& use,
                       const std::function<bool()>& stop) const;

  /// That a service of the Swarm has at least so many replicas: the engine manages it.
  Status have_replicas(const std::string& service, uint32_t replicas) const;

  Status start(const std::string& id) const;
  /// `signal`: "SIGKILL", "15".
  Status kill(const std::string& id, const std::string& signal) const;
  Status pause(const std::string& id) const;
  Status unpause(const std::string& id) const;

  /// Returns the id of the execution; it has not begun.
  Result<std::string> create_exec(const std::string& id,
                                  const std::vector<std::string>& arguments) const;
  /// Begins it and waits for its end, or until `stop` says so (it then goes on running).
  Result<ExecOutcome> run_exec(const std::string& exec, std::chrono::milliseconds limit,
                               size_t output_limit,
                               const std::function<bool()>& stop) const;
  /// The process of an execution as this host numbers it; 0: it has ended.
  Result<pid_t> exec_pid(const std::string& exec) const;

 private:
  Status post(const std::string& target, const std::string& what,
              const std::string& body = "") const;

  std::string socket_path_;
};

/// Takes the frames of an attached stream apart: stdout and stderr in the order they
/// came. What is no frame is kept as it is.
std::string unframed_output(std::string_view stream);

/// [0-9a-z]{1,64}
bool is_service_id(std::string_view text);

/// [0-9a-f]{64}
bool is_container_id(std::string_view text);

}  // namespace cutset::agent
