#include "agent/plan/container_body.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>

#include "agent/groups/group.h"
#include "agent/plan/container_labels.h"
#include "agent/plan/instances.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kLongestCommand{24};
constexpr std::chrono::seconds kTaskPatience{10};

std::string short_id(const std::string& id) {
  return id.substr(0, 12);
}

bool is_below(const std::string& path, const std::string& top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

// A command that the engine executes in the container, whose first process is `first`.
class EngineCommand final : public Command {
 public:
  EngineCommand(ContainerEngine engine, std::string exec, ProcessId first)
      : engine_(std::move(engine)), exec_(std::move(exec)), first_(first) {}
  ~EngineCommand() override {
    if (!thread_.joinable()) return;
    if (!wait(milliseconds(0))) end();
    stop_ = true;
    thread_.join();
  }

  std::string describe() const override { return "execution " + short_id(exec_); }

  Status begin() override {
    if (!alive(first_))
      return Error::unavailable("the container in which it was prepared has ended");
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::optional<RunOutcome> wait(milliseconds patience) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [this] { return outcome_.has_value(); });
    return outcome_;
  }

 private:
  void run() {
    const Result<ExecOutcome> ended = engine_.run_exec(
        exec_, kLongestCommand, kOutputLimit, [this] { return stop_.load(); });
    RunOutcome outcome;
    if (ended.ok()) {
      outcome = {ended->exit_code, ended->output, ended->cut};
    } else {
      outcome = {127, ended.error().text(), false};
    }
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }

  // The engine has no call for it. Its process is named by the engine at this moment.
  void end() {
    const Result<pid_t> pid = engine_.exec_pid(exec_);
    const auto info = pid.ok() && *pid > 1 ? read_process(*pid) : std::nullopt;
    if (info) (void)signal_process(info->id, SIGKILL);
  }

  const ContainerEngine engine_;
  const std::string exec_;
  const ProcessId first_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<RunOutcome> outcome_;
  std::thread thread_;
};

}  // namespace

ContainerBody::ContainerBody(const v1::Instance& instance)
    : instance_(instance), engine_(instance.container().engine()) {}

Result<std::vector<ContainerState>> ContainerBody::look_all() const {
  const v1::ContainerInstance& wanted = instance_.container();
  const std::vector<std::string> labels(wanted.labels().begin(), wanted.labels().end());
  CUTSET_ASSIGN(const std::vector<std::string> ids, engine_.list(labels));
  std::vector<ContainerState> found;
  for (const std::string& id : ids) {
    CUTSET_ASSIGN(std::optional<ContainerState> state, engine_.inspect(id));
    if (state && is_container_of(wanted, state->labels))
      found.push_back(std::move(*state));
  }
  return found;
}

Result<ContainerState> ContainerBody::look() const {
  CUTSET_ASSIGN(std::vector<ContainerState> found, look_all());
  const size_t count = found.size();
  // An orchestrator keeps the ended ones beside the one that replaced them.
  if (found.size() > 1)
    std::erase_if(found, [](const ContainerState& state) { return !state.running; });
  if (found.size() == 1) return found.front();
  const v1::ContainerInstance& wanted = instance_.container();
  const std::vector<std::string> labels(wanted.labels().begin(), wanted.labels().end());
  return Error::unavailable(fmt::format(
      "{}: {} containers have the labels {}{}; exactly one is expected",
      text_of(instance_.name()), count, join(labels, ", "),
      wanted.has_task() ? fmt::format(" and are task {}", wanted.task().slot()) : ""));
}

Result<ContainerState> ContainerBody::look_running() const {
  CUTSET_ASSIGN(ContainerState state, look());
  if (!state.running) {
    return Error::unavailable(fmt::format("{} does not run (container {})",
                                          text_of(instance_.name()), short_id(state.id)));
  }
  return state;
}

void ContainerBody::remember(const ContainerState& state) {
  const auto info = read_process(state.pid);
  const std::lock_guard lock(mutex_);
  asked_to_end_ = info ? std::optional(info->id) : std::nullopt;
}

Result<std::string> ContainerBody::describe() {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  return "container " + short_id(state.id);
}

bool ContainerBody::runs() {
  return look_running().ok();
}

Result<ProcessId> ContainerBody::leader() {
  {
    const std::lock_guard lock(mutex_);
    if (leader_ && alive(*leader_)) return *leader_;
  }
  CUTSET_ASSIGN(const ContainerState state, look_running());
  const auto info = read_process(state.pid);
  if (!info) {
    return Error::unavailable(
        fmt::format("process {} of {} cannot be seen: the agent must run in the same pid "
                    "namespace as the engine",
                    state.pid, text_of(instance_.name())));
  }
  const std::lock_guard lock(mutex_);
  leader_ = info->id;
  return info->id;
}

Result<std::vector<ProcessInfo>> ContainerBody::processes() {
  CUTSET_ASSIGN(const ProcessId first, leader());
  CUTSET_ASSIGN(const std::vector<std::string> folders, groups());
  std::vector<ProcessInfo> found;
  for (const std::string& folder : folders) {
    for (const pid_t pid : members_of(folder)) {
      const auto info = read_process(pid);
      if (info && !info->dead()) found.push_back(*info);
    }
    if (!found.empty()) return found;
  }
  if (const auto info = read_process(first.pid)) found.push_back(*info);
  return found;
}

Result<std::string> ContainerBody::start_task() {
  CUTSET_ASSIGN(const std::vector<ContainerState> before, look_all());
  // Who made the service has started those of the beginning with it.
  if (before.size() == 1 && before[0].running)
    return "container " + short_id(before[0].id) + ", which runs since it was made";
  if (!before.empty()) {
    CUTSET_ASSIGN(const ContainerState state, look());
    CUTSET_TRY(engine_.start(state.id));
    return "container " + short_id(state.id);
  }
  const v1::SwarmTask& task = instance_.container().task();
  CUTSET_TRY(engine_.have_replicas(task.service(), task.slot()));
  const auto deadline = std::chrono::steady_clock::now() + kTaskPatience;
  while (true) {
    const Result<ContainerState> state = look_running();
    if (state.ok()) return "container " + short_id(state->id);
    if (std::chrono::steady_clock::now() >= deadline) return state.error();
    std::this_thread::sleep_for(milliseconds(20));
  }
}

Result<std::string> ContainerBody::start() {
  if (instance_.container().has_task()) return start_task();
  CUTSET_ASSIGN(const ContainerState state, look());
  if (state.running)
    return Error::unavailable(fmt::format("{} runs already", text_of(instance_.name())));
  CUTSET_TRY(engine_.start(state.id));
  return "container " + short_id(state.id);
}

Status ContainerBody::signal(int number) {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  return engine_.kill(state.id, std::to_string(number));
}

Status ContainerBody::terminate() {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  remember(state);
  return engine_.kill(state.id, state.stop_signal);
}

Status ContainerBody::kill() {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  remember(state);
  const Status killed = engine_.kill(state.id, "SIGKILL");
  // Frozen processes of cgroup v1 do not notice; some engines refuse.
  if (!state.paused) return killed;
  CUTSET_TRY(engine_.unpause(state.id));
  return killed.ok() ? killed : engine_.kill(state.id, "SIGKILL");
}

bool ContainerBody::await_end(milliseconds patience) {
  std::optional<ProcessId> who;
  {
    const std::lock_guard lock(mutex_);
    who = asked_to_end_;
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (who ? alive(*who) : runs()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(who ? 2 : 20));
  }
  return true;
}

Status ContainerBody::can_pause() {
  return {};
}

Result<std::vector<UndoRecord>> ContainerBody::pause_records() {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  return std::vector<UndoRecord>{
      {kPausedContainerRecord, {engine_.socket_path(), state.id}}};
}

Status ContainerBody::pause() {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  return engine_.pause(state.id);
}

Status ContainerBody::resume() {
  CUTSET_ASSIGN(const ContainerState state, look());
  return state.paused ? engine_.unpause(state.id) : Status();
}

Result<bool> ContainerBody::paused() {
  CUTSET_ASSIGN(const ContainerState state, look());
  return state.paused;
}

Result<std::vector<std::string>> ContainerBody::groups() {
  CUTSET_ASSIGN(const ProcessId first, leader());
  return groups_of_process(first.pid);
}

Result<Fd> ContainerBody::root() {
  CUTSET_ASSIGN(const ProcessId first, leader());
  const std::string path = fmt::format("/proc/{}/root", first.pid);
  Fd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  // Only now it is certain whose it is.
  if (!folder.valid() || !alive(first))
    return Error::unavailable("cannot see the files of " + text_of(instance_.name()));
  return folder;
}

Result<std::string> ContainerBody::folder_on_host(const std::string& path) {
  CUTSET_ASSIGN(const ContainerState state, look());
  const ContainerMount* mount = nullptr;
  for (const ContainerMount& one : state.mounts) {
    const bool holds = is_below(path, one.destination);
    if (holds && (mount == nullptr || one.destination.size() > mount->destination.size()))
      mount = &one;
  }
  if (mount == nullptr || !mount->writable) {
    return Error::unavailable(fmt::format(
        "{} is in no volume that {} may write to: what is in a container's own "
        "layer is out of reach",
        path, text_of(instance_.name())));
  }
  std::error_code error;
  const std::string top = std::filesystem::canonical(mount->source, error);
  const std::string folder = std::filesystem::canonical(
      mount->source + path.substr(mount->destination.size()), error);
  if (error) {
    return Error::unavailable(fmt::format("cannot find the folder {} of {}: {}", path,
                                          text_of(instance_.name()), error.message()));
  }
  // The container may have made links that lead elsewhere.
  if (is_below(folder, top)) return folder;
  return Error::unavailable(
      fmt::format("{} leads out of the volume at {}", path, mount->destination));
}

Result<std::unique_ptr<Command>> ContainerBody::prepare_command(
    const std::vector<std::string>& arguments) {
  CUTSET_ASSIGN(const ContainerState state, look_running());
  const auto first = read_process(state.pid);
  if (!first) return Error::unavailable("the first process of the container is not seen");
  CUTSET_ASSIGN(std::string exec, engine_.create_exec(state.id, arguments));
  return std::unique_ptr<Command>(
      std::make_unique<EngineCommand>(engine_, std::move(exec), first->id));
}

Status undo_paused_container(const std::vector<std::string>& words) {
  if (words.size() != 2 || !words[0].starts_with('/') || !is_container_id(words[1]))
    return Error::internal("a damaged record of a paused container");
  const ContainerEngine engine(words[0]);
  CUTSET_ASSIGN(const std::optional<ContainerState> state, engine.inspect(words[1]));
  if (!state || !state->paused) return {};
  return engine.unpause(words[1]);
}

}  // namespace cutset::agent
