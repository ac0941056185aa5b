// The worker's side of the keeper (agent/keeper.h): asks it to start and stop processes
// and to write undo records, remembers what runs and what ended.
//
// Thread rule: all functions may be called from any thread; each call blocks its caller
// until the keeper answers, in bounded time. One thread of the supervisor's own reads
// what the keeper says.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/faults/record.h"
#include "agent/keeper_protocol.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

struct EndedService {
  std::string name;
  int exit_code = 0;
};

struct StartRequest {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=value, added to the agent's own
  std::string folder;                    // "": the agent's
  std::vector<std::string> groups;       // folders of cgroups that it enters
};

class Supervisor final : public Intents {
 public:
  /// `on_lost` is called (once, on the reading thread) when the keeper is gone; it should
  /// not return to normal work.
  Supervisor(Fd link, std::function<void()> on_lost);
  ~Supervisor() override;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Returns the pid. Error: runs already, cannot be executed.
  Result<int64_t> start(StartRequest request);
  /// As start(), but it waits before it executes its command (held_process.h): at `go`
  /// for a byte; `report` is closed when it has executed. Until let_go() nothing is known
  /// of it but to stop().
  Result<int64_t> start_held(StartRequest request, const Fd& go, const Fd& report);
  /// It counts as started from now on; its byte comes next. Error: it has ended.
  Status let_go(const std::string& name, int64_t pid);
  /// Returns the exit code. Error: does not run.
  Result<int> stop(const std::string& name, std::chrono::milliseconds grace);
  /// Ends every process. Returns how many.
  Result<int> end_all();

  Result<uint64_t> write(const UndoRecord& record) override;
  Status strike(uint64_t number) override;

  /// Services that ended without being stopped since the last call, in the order they
  /// ended.
  std::vector<EndedService> take_ended();
  /// Waits until no process of that name runs. Returns its exit code, 0 if it never ran
  /// or has been started by nobody. Nothing: it still runs after `patience`.
  std::optional<int> wait(const std::string& name, std::chrono::milliseconds patience);

  /// Starts and ends as they become known, in order, on the reading thread: `watcher`
  /// must not ask the keeper anything. Called with an empty function, it returns when no
  /// call is under way.
  struct Change {
    std::string name;
    bool started = false;  // otherwise ended
    int64_t number = 0;    // pid, or exit code
  };
  void watch(std::function<void(const Change&)> watcher);

  /// Pids of what runs now.
  std::map<std::string, int64_t> running() const;

 private:
  struct Given {
    int descriptors[2];
  };
  Result<int64_t> start(StartRequest request, const Given* given);
  Result<KeeperMessage> ask(KeeperMessage question, std::chrono::milliseconds patience,
                            const Given* given = nullptr);
  void read_loop();
  bool read_some(MessageReader& reader);
  void accept(const KeeperMessage& message);
  std::optional<Change> note(const KeeperMessage& message);
  void lose();

  Fd link_;
  std::function<void()> on_lost_;
  std::mutex writing_;

  mutable std::mutex mutex_;
  std::condition_variable answered_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, std::optional<KeeperMessage>>
      questions_;  // open ones, with the answer once it is there
  std::map<uint64_t, std::string> starting_;  // names of the open kStart questions
  std::set<std::string> held_;                // started, or being so, and not let go
  std::map<std::string, int64_t> running_;
  std::vector<EndedService> ended_;
  std::map<std::string, int> exit_codes_;  // of the last life of each name
  std::mutex watching_;  // before mutex_; held while `watcher_` is called
  std::function<void(const Change&)> watcher_;
  bool lost_ = false;
  bool closing_ = false;
  std::thread reader_;
};

}  // namespace cutset::agent
