// The keeper: the small process that is the parent of everything the agent starts and
// that ends all of it, whatever happens to the rest of the agent. It knows nothing of
// gRPC, proxies or plans, has one thread and one loop. What the worker does to the
// machine it has the keeper write down first (agent/faults/record.h); what is not struck
// out when the keeper ends, the keeper undoes, newest first.
//
// It ends everything and returns when the worker dies, when SIGTERM, SIGINT or SIGHUP
// arrives, or when a process it watches ends. It is a child subreaper: what a service
// orphans becomes its child, even after setsid.
//
// Invariants:
// 1. A process of a service exists only between its "running" and its "ended" line in the
// intent log.
// 2. A service that has ended has no process left; its leftovers are killed before its
// end is reported.
// 3. A fault exists only between its "undo" and its "undone" line.
// 4. The loop never waits for the worker: a worker that does not read is a dead worker.
// 5. The keeper is never the only one who could undo: its worker lives, or its guard
// (guard.h). A worker that dies by itself is the exception, until the guard is there.
//
// Thread rule: one thread, in a process that has no other.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/ending.h"
#include "agent/faults/undo_table.h"
#include "agent/guard.h"
#include "agent/intent_log.h"
#include "agent/keeper_protocol.h"
#include "agent/service_process.h"
#include "base/fd.h"

namespace cutset::agent {

/// Who the keeper is and what it was given; made by serve() (agent/serve.h).
struct KeeperPlan {
  std::string state_folder;
  std::string socket_path;
  ProcessId worker;
  Fd link;     // to the worker; non-blocking
  Fd signals;  // signalfd of SIGCHLD, SIGTERM, SIGINT, SIGHUP, which are blocked
  Fd watched;  // pidfd of the process whose end ends the agent, if any
  mode_t umask = 022;
  bool own_folder = false;  // the socket's folder goes with the agent
};

class Keeper {
 public:
  /// `open`: records of an earlier agent that could not be undone; they are in the log.
  Keeper(KeeperPlan plan, IntentLog log, std::vector<OpenRecord> open)
      : plan_(std::move(plan)), log_(std::move(log)), open_(std::move(open)) {}

  /// Runs until the agent is to end; everything is undone when it returns. Returns the
  /// exit code.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Service {
    ProcessId id;
    bool stopping = false;
    Clock::time_point kill_at;      // of a stopping service
    std::vector<uint64_t> waiting;  // ids of the kStop questions
  };

  int poll_timeout() const;
  void read_signals();
  void read_link();
  ssize_t receive(char* buffer, size_t size);
  void reap();
  void worker_ended(int exit_code);
  void kill_overdue();
  void show_life();

  void handle(const KeeperMessage& message);
  void start(const KeeperMessage& message);
  Result<ProcessId> start_service(const KeeperMessage& message);
  void stop(const KeeperMessage& message);
  void end_all(const KeeperMessage& message);
  void record(const KeeperMessage& message);
  Result<uint64_t> write_record(const std::string& line);
  void strike(const KeeperMessage& message);

  void service_ended(std::string name, int exit_code);
  std::vector<ProcessInfo> processes_of(const std::string& name,
                                        const Service& service) const;
  void send(const KeeperMessage& message);
  void finish(const std::string& why, int exit_code);
  void undo_everything();
  void await_worker_end(Clock::time_point deadline);
  void undo_stage(UndoStage stage);
  std::vector<ProcessInfo> processes_below() const;
  Ending end_descendants(std::chrono::milliseconds limit);
  void note(const Status& written);

  KeeperPlan plan_;
  IntentLog log_;
  MessageReader reader_;
  std::deque<Fd> given_;  // descriptors that came and whose kStart has not been handled
  std::map<std::string, Service> services_;
  std::vector<OpenRecord> open_;  // ascending numbers
  uint64_t last_record_ = 0;
  std::map<std::string, bool> log_rotated_;  // services that have run under this keeper
  Clock::time_point life_shown_;
  std::optional<Guard> guard_;  // while everything is being ended
  bool worker_alive_ = true;
  bool finished_ = false;
  int exit_code_ = 0;
};

}  // namespace cutset::agent
