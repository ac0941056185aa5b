// The worker: gRPC server, lease, proxies, and the line to the keeper.
//
// If the keeper dies, the worker is the last one who can undo at once: it ends what the
// intent log shows to be ours, removes the socket and exits. (With both killed at once,
// the kernel ends the direct children of the keeper, and the next start undoes the rest.)
//
// Thread rule: called once, in a process that has one thread; starts the others.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "agent/tls/tls_context.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

struct WorkerPlan {
  std::string state_folder;
  std::string socket_path;
  std::string mark;  // of the intent log
  Fd listener;
  Fd network_listener;              // invalid: the unix socket alone
  std::unique_ptr<TlsContext> tls;  // of network_listener
  Fd link;
  std::chrono::milliseconds lease{3000};
  bool exit_with_lease = false;
};

/// Serves until the lease that it was to end with has ended. Returns the exit code of the
/// process; the caller must leave with _exit, because threads still run.
int run_worker(WorkerPlan plan);

}  // namespace cutset::agent
