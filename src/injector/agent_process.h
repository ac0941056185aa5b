// cutset-agent as our child: started with a socket in a folder of its own, ended and
// reaped.
//
// The child has its own process group, so that a Ctrl-C at the terminal reaches cutset
// alone, which then ends the agent in order. If cutset is killed, the agent ends by its
// lease.
//
// Thread rule: one owner thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class AgentProcess {
 public:
  /// `binary` "": CUTSET_AGENT, else cutset-agent beside this executable, else in PATH.
  /// `state_folder` is made if it is absent; what the agent says goes to agent.log in it.
  /// `network_namespace`: path of the one that it lives in; "": ours.
  /// Returns when the socket accepts. Error: cannot be started, ended at once (with what
  /// it said).
  static Result<std::unique_ptr<AgentProcess>> start(
      std::string binary, const std::string& state_folder, const StopSignal& stop,
      const std::string& network_namespace = "");
  /// Waits for the end, which the end of the lease brings; insists with signals; removes
  /// the folder of the socket.
  ~AgentProcess();
  AgentProcess(const AgentProcess&) = delete;
  AgentProcess& operator=(const AgentProcess&) = delete;

  const std::string& socket() const { return socket_; }
  pid_t pid() const { return pid_; }
  /// Whether the child has ended; reaps it.
  bool ended();

 private:
  AgentProcess() = default;
  bool wait(std::chrono::milliseconds patience);

  pid_t pid_ = -1;  // -1: reaped
  std::string folder_;
  std::string socket_;
};

}  // namespace cutset::injector
