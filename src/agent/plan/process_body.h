// An instance that the keeper runs as processes, as the service "service.slot".
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/groups/group.h"
#include "agent/held_process.h"
#include "agent/plan/body.h"
#include "agent/supervisor.h"

namespace cutset::agent {

/// Name of its service for the keeper, in the log and in status.
std::string service_name(const v1::InstanceName& name);

class ProcessBody final : public Body {
 public:
  /// The instance of the plan and the supervisor must outlive the body. `group` may be
  /// none; `variables` are added to the environment that the plan gives.
  ProcessBody(const v1::Instance& instance, Supervisor& supervisor, Group group,
              std::string mark, std::string state_folder,
              std::vector<std::string> variables);

  const Group& group() const { return group_; }
  /// The leader has ended: what it left running is ended too, unless the next life has
  /// begun.
  void end_leftovers();

  Result<std::string> describe() override;
  bool runs() override;
  Result<ProcessId> leader() override;
  Result<std::vector<ProcessInfo>> processes() override;
  Result<std::string> start() override;
  Status prepare_start() override;
  void forget_start() override;
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
  Result<std::unique_ptr<Command>> prepare_command(
      const std::vector<std::string>& arguments) override;

 private:
  std::vector<std::string> environment() const;
  Status clear_for_start();
  Status hold_next_life();
  void empty_group();

  const v1::Instance& instance_;
  Supervisor& supervisor_;
  const Group group_;
  const std::string mark_;
  const std::string state_folder_;
  const std::vector<std::string> variables_;
  const std::string service_;
  std::mutex starting_;  // held while a life begins and while one is cleaned up
  std::unique_ptr<HeldProcess> next_life_;  // guarded by starting_; waits
  std::mutex mutex_;
  std::optional<ProcessId> leader_;  // guarded by mutex_; of the last start
};

}  // namespace cutset::agent
