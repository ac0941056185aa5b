// An instance that an engine of this host runs as a container. It is looked up by its
// labels each time: its name and its id may change (an orchestrator replaces it). Only
// its first process is remembered, as long as it lives: whoever samples what a container
// uses must neither load an engine nor wait for one that is busy.
#pragma once

#include <mutex>
#include <optional>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/engine/container_engine.h"
#include "agent/plan/body.h"

namespace cutset::agent {

inline constexpr const char* kPausedContainerRecord = "paused-container";

class ContainerBody final : public Body {
 public:
  /// The instance of the plan must outlive the body.
  explicit ContainerBody(const v1::Instance& instance);

  /// The one container that has all the labels, and is the task's; of several, the one
  /// that runs. Error: none, or several.
  Result<ContainerState> look() const;

  Result<std::string> describe() override;
  bool runs() override;
  Result<ProcessId> leader() override;
  Result<std::vector<ProcessInfo>> processes() override;
  Result<std::string> start() override;
  Status signal(int number) override;
  Status terminate() override;
  Status kill() override;
  bool await_end(std::chrono::milliseconds patience) override;
  Status can_pause() override;
  Result<std::vector<UndoRecord>> pause_records() override;
  Status pause() override;
  Status resume() override;
  Result<bool> paused() override;
  Result<std::vector<std::string>> groups() override;
  Result<Fd> root() override;
  Result<std::string> folder_on_host(const std::string& path) override;
  Result<std::unique_ptr<Command>> prepare_command(
      const std::vector<std::string>& arguments) override;

 private:
  Result<std::vector<ContainerState>> look_all() const;
  Result<ContainerState> look_running() const;
  Result<std::string> start_task();
  void remember(const ContainerState& state);

  const v1::Instance& instance_;
  const ContainerEngine engine_;
  std::mutex mutex_;
  std::optional<ProcessId> asked_to_end_;  // guarded by mutex_
  std::optional<ProcessId> leader_;        // guarded by mutex_; it may have ended
};

Status undo_paused_container(const std::vector<std::string>& words);

}  // namespace cutset::agent
