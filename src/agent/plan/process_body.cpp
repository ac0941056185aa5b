#include "agent/plan/process_body.h"

#include <algorithm>
#include <atomic>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/intent_log.h"
#include "agent/plan/instances.h"
#include "agent/service_log.h"
#include "agent/state_folder.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLeftoverPatience{500};

std::string next_command_name() {
  static std::atomic<uint64_t> last{0};
  // "~" cannot begin the name of a service, so that no user's log is overwritten.
  return fmt::format("~command-{}", ++last);
}

// A command that the keeper runs as a service of its own.
class KeptCommand final : public Command {
 public:
  KeptCommand(Supervisor& supervisor, const std::string& state_folder, std::string name,
              std::unique_ptr<HeldProcess> process)
      : supervisor_(supervisor),
        state_folder_(state_folder),
        name_(std::move(name)),
        process_(std::move(process)) {}
  ~KeptCommand() override {
    process_.reset();
    if (!supervisor_.wait(name_, milliseconds(0)))
      (void)supervisor_.stop(name_, milliseconds(0));
    ::unlink(log_file(state_folder_, name_).c_str());
  }

  std::string describe() const override { return fmt::format("pid {}", process_->pid()); }

  Status begin() override { return process_->go(); }

  std::optional<RunOutcome> wait(milliseconds patience) override {
    const std::optional<int> exit_code = supervisor_.wait(name_, patience);
    if (!exit_code) return std::nullopt;
    RunOutcome outcome;
    outcome.exit_code = *exit_code;
    v1::ReadLogRequest piece;
    piece.set_name(name_);
    piece.set_max_bytes(kOutputLimit);
    const Result<v1::ReadLogReply> output = read_service_log(state_folder_, piece);
    if (!output.ok()) return outcome;
    outcome.output = output->content();
    struct stat info {};
    outcome.cut = ::stat(log_file(state_folder_, name_).c_str(), &info) == 0 &&
                  info.st_size > output->end_offset();
    return outcome;
  }

 private:
  Supervisor& supervisor_;
  const std::string& state_folder_;
  const std::string name_;
  std::unique_ptr<HeldProcess> process_;
};

}  // namespace

std::string service_name(const v1::InstanceName& name) {
  return fmt::format("{}.{}", name.service(), name.slot());
}

ProcessBody::ProcessBody(const v1::Instance& instance, Supervisor& supervisor,
                         Group group, std::string mark, std::string state_folder,
                         std::vector<std::string> variables)
    : instance_(instance),
      supervisor_(supervisor),
      group_(std::move(group)),
      mark_(std::move(mark)),
      state_folder_(std::move(state_folder)),
      variables_(std::move(variables)),
      service_(service_name(instance.name())) {}

std::vector<std::string> ProcessBody::environment() const {
  std::vector<std::string> lines;
  for (const v1::Variable& variable : instance_.process().environment())
    lines.push_back(variable.name() + "=" + variable.value());
  lines.insert(lines.end(), variables_.begin(), variables_.end());
  return lines;
}

Result<ProcessId> ProcessBody::leader() {
  const std::lock_guard lock(mutex_);
  if (!leader_ || !alive(*leader_))
    return Error::unavailable(text_of(instance_.name()) + " does not run");
  return *leader_;
}

bool ProcessBody::runs() {
  return leader().ok();
}

Result<std::string> ProcessBody::describe() {
  CUTSET_ASSIGN(const ProcessId id, leader());
  return fmt::format("pid {}", id.pid);
}

Result<std::vector<ProcessInfo>> ProcessBody::processes() {
  std::vector<ProcessInfo> found;
  if (group_.exists()) {
    for (const pid_t pid : members_of(group_.folder)) {
      const auto info = read_process(pid);
      if (info && !info->dead()) found.push_back(*info);
    }
    return found;
  }
  const Result<ProcessId> first = leader();
  const std::string entry = fmt::format("{}={}.{}", kMarkVariable, mark_, service_);
  for (const ProcessInfo& info : descendants(::getppid(), ::getpid())) {
    if ((first.ok() && info.session == first->pid) ||
        environment_holds(info.id.pid, entry, false))
      found.push_back(info);
  }
  return found;
}

Status ProcessBody::clear_for_start() {
  if (group_.exists()) {
    // A pause is over with the processes that were paused.
    if (is_frozen(group_.folder).value_or(false)) CUTSET_TRY(resume());
    empty_group();
    if (!await_empty(group_.folder, kLeftoverPatience)) {
      return Error::internal(fmt::format("processes of the life before of {} do not end",
                                         text_of(instance_.name())));
    }
  }
  // The keeper may still be busy with the end of the one before.
  (void)supervisor_.wait(service_, kLeftoverPatience);
  return {};
}

// Requires: starting_ is held.
Status ProcessBody::hold_next_life() {
  if (next_life_ != nullptr) return {};
  CUTSET_TRY(clear_for_start());
  const v1::ProcessInstance& process = instance_.process();
  StartRequest request;
  request.name = service_;
  request.arguments = {process.arguments().begin(), process.arguments().end()};
  request.environment = environment();
  request.folder = process.folder();
  if (group_.exists()) request.groups = {group_.folder};
  CUTSET_ASSIGN(next_life_, HeldProcess::start(supervisor_, std::move(request)));
  return {};
}

Status ProcessBody::prepare_start() {
  const std::lock_guard starting(starting_);
  return runs() ? Status() : hold_next_life();
}

void ProcessBody::forget_start() {
  const std::lock_guard starting(starting_);
  next_life_.reset();
}

Result<std::string> ProcessBody::start() {
  const std::lock_guard starting(starting_);
  if (runs()) {
    return Error::unavailable(fmt::format("{} runs already", text_of(instance_.name())));
  }
  CUTSET_TRY(hold_next_life());
  const std::unique_ptr<HeldProcess> life = std::move(next_life_);
  const int64_t pid = life->pid();
  const auto info = read_process(static_cast<pid_t>(pid));
  CUTSET_TRY(life->go());
  if (info && info->parent == ::getppid()) {
    const std::lock_guard lock(mutex_);
    leader_ = info->id;
  }
  return fmt::format("pid {}", pid);
}

Status ProcessBody::signal(int number) {
  CUTSET_ASSIGN(const ProcessId id, leader());
  return signal_process(id, number);
}

Status ProcessBody::terminate() {
  CUTSET_ASSIGN(const ProcessId id, leader());
  CUTSET_ASSIGN(const std::vector<ProcessInfo> all, processes());
  for (const ProcessInfo& info : all) {
    if (info.group == id.pid) CUTSET_TRY(signal_process(info.id, SIGTERM));
  }
  return {};
}

Status ProcessBody::kill() {
  if (group_.exists()) return kill_members(group_.folder);
  CUTSET_ASSIGN(const std::vector<ProcessInfo> all, processes());
  for (const ProcessInfo& info : all) CUTSET_TRY(signal_process(info.id, SIGKILL));
  return {};
}

void ProcessBody::end_leftovers() {
  const std::lock_guard starting(starting_);
  if (!runs() && next_life_ == nullptr) empty_group();
}

void ProcessBody::empty_group() {
  if (group_.exists() && !members_of(group_.folder).empty())
    (void)kill_members(group_.folder);
}

bool ProcessBody::await_end(milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  if (!supervisor_.wait(service_, patience)) return false;
  if (!group_.exists()) return true;
  end_leftovers();
  const auto left =
      std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return await_empty(group_.folder, std::max(left, milliseconds(100)));
}

Status ProcessBody::can_pause() {
  if (group_.exists()) return {};
  return Error::unavailable(
      "processes are paused by a cgroup, and this agent may make none: run it as root, "
      "or "
      "delegate a cgroup to it (systemd: Delegate=yes)");
}

Result<std::vector<UndoRecord>> ProcessBody::pause_records() {
  CUTSET_TRY(can_pause());
  return std::vector<UndoRecord>{{kFrozenRecord, {group_.folder}}};
}

Status ProcessBody::pause() {
  CUTSET_TRY(leader());
  return set_frozen(group_.folder, true);
}

Status ProcessBody::resume() {
  return group_.exists() ? set_frozen(group_.folder, false) : Status();
}

Result<bool> ProcessBody::paused() {
  if (!group_.exists()) return false;
  const std::optional<bool> frozen = is_frozen(group_.folder);
  if (!frozen) return Error::unavailable("cannot see the state of " + group_.folder);
  return *frozen;
}

// Its own cgroup has no limits, so that being in it would mean nothing for a process that
// presses, but that it is killed and frozen with the instance.
Result<std::vector<std::string>> ProcessBody::groups() {
  return std::vector<std::string>();
}

Result<Fd> ProcessBody::root() {
  Fd folder(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return Error::system("cannot open /");
  return folder;
}

// Not in the instance's cgroup: a pause or a partition of the instance must not hit the
// script that may be there to look at it.
Result<std::unique_ptr<Command>> ProcessBody::prepare_command(
    const std::vector<std::string>& arguments) {
  StartRequest request;
  request.name = next_command_name();
  request.arguments = arguments;
  request.environment = environment();
  request.folder = instance_.process().folder();
  const std::string name = request.name;
  CUTSET_ASSIGN(std::unique_ptr<HeldProcess> process,
                HeldProcess::start(supervisor_, std::move(request)));
  return std::unique_ptr<Command>(std::make_unique<KeptCommand>(
      supervisor_, state_folder_, name, std::move(process)));
}

}  // namespace cutset::agent
