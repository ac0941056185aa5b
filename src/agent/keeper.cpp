#include "agent/keeper.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/data_folders.h"
#include "agent/ending.h"
#include "agent/state_folder.h"
#include "agent/unix_socket.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr int kExitInternal = 70;
constexpr std::chrono::milliseconds kLeftoverLimit{1000};
constexpr std::chrono::milliseconds kSignOfLife{1000};
constexpr useconds_t kChildPause = 1000;

int exit_code_of(const siginfo_t& info) {
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace

int Keeper::run() {
  while (!finished_) {
    pollfd polled[3] = {
        {plan_.signals.get(), POLLIN, 0},
        {plan_.link.get(), POLLIN, 0},
        {plan_.watched.get(), POLLIN, 0}};  // a negative descriptor is left out
    if (::poll(polled, 3, poll_timeout()) < 0 && errno != EINTR) {
      finish("cannot wait for events", kExitInternal);
      break;
    }
    if (polled[2].revents != 0) finish("the process that started the agent has ended", 0);
    if (polled[0].revents != 0) read_signals();
    if (polled[1].revents != 0 && !finished_) read_link();
    kill_overdue();
    show_life();
  }
  undo_everything();
  return exit_code_;
}

int Keeper::poll_timeout() const {
  int timeout = services_.empty() ? -1 : static_cast<int>(kSignOfLife.count());
  for (const auto& [name, service] : services_) {
    if (!service.stopping) continue;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(service.kill_at - Clock::now())
            .count();
    const int bounded = static_cast<int>(std::clamp<long>(left, 0, 60000));
    timeout = timeout < 0 ? bounded : std::min(timeout, bounded);
  }
  return timeout;
}

void Keeper::read_signals() {
  signalfd_siginfo info{};
  while (::read(plan_.signals.get(), &info, sizeof info) ==
         static_cast<ssize_t>(sizeof info)) {
    if (info.ssi_signo != SIGCHLD) {
      finish(fmt::format("signal {} ({})", info.ssi_signo,
                         ::strsignal(static_cast<int>(info.ssi_signo))),
             0);
    }
  }
  reap();
}

void Keeper::read_link() {
  char buffer[65536];
  const ssize_t count = receive(buffer, sizeof buffer);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    // The worker is ending; SIGCHLD brings its exit code.
    plan_.link.reset();
    return;
  }
  reader_.add(std::string_view(buffer, static_cast<size_t>(count)));
  while (!finished_) {
    const auto message = reader_.next();
    if (!message.ok()) return finish(message.error().text(), kExitInternal);
    if (!message->has_value()) return;
    handle(**message);
  }
}

// Descriptors come no later than the first byte of what they were sent with.
ssize_t Keeper::receive(char* buffer, size_t size) {
  iovec part{buffer, size};
  alignas(cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t count = ::recvmsg(plan_.link.get(), &message, MSG_CMSG_CLOEXEC);
  if (count < 0) return count;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return count;
  for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= header->cmsg_len; at += sizeof(int)) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header) + at, sizeof number);
    given_.emplace_back(number);
  }
  return count;
}

void Keeper::reap() {
  while (true) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
      return;
    const pid_t pid = info.si_pid;
    const auto service =
        std::find_if(services_.begin(), services_.end(),
                     [&](const auto& entry) { return entry.second.id.pid == pid; });
    // A service is still a zombie here, so its pid names its process session and nobody
    // else's.
    if (service != services_.end()) service_ended(service->first, exit_code_of(info));
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (pid == plan_.worker.pid) worker_ended(exit_code_of(info));
  }
}

void Keeper::worker_ended(int exit_code) {
  worker_alive_ = false;
  if (exit_code == 0) return finish("the worker is done", 0);
  finish(exit_code > 128 ? fmt::format("the worker died of signal {}", exit_code - 128)
                         : fmt::format("the worker ended with exit code {}", exit_code),
         kExitInternal);
}

void Keeper::kill_overdue() {
  for (auto& [name, service] : services_) {
    if (!service.stopping || service.kill_at > Clock::now()) continue;
    ::kill(-service.id.pid, SIGKILL);
    service.kill_at = Clock::now() + kLeftoverLimit;
  }
}

void Keeper::show_life() {
  if (services_.empty() || Clock::now() < life_shown_ + kSignOfLife) return;
  life_shown_ = Clock::now();
  note(log_.alive());
}

void Keeper::handle(const KeeperMessage& message) {
  switch (message.kind) {
    case KeeperMessage::Kind::kStart:
      return start(message);
    case KeeperMessage::Kind::kStop:
      return stop(message);
    case KeeperMessage::Kind::kEndAll:
      return end_all(message);
    case KeeperMessage::Kind::kRecord:
      return record(message);
    case KeeperMessage::Kind::kStrike:
      return strike(message);
    default:
      return finish("the worker sent an answer instead of a question", kExitInternal);
  }
}

void Keeper::start(const KeeperMessage& message) {
  KeeperMessage answer;
  answer.kind = KeeperMessage::Kind::kStarted;
  answer.id = message.id;
  const Result<ProcessId> started = start_service(message);
  if (started.ok()) {
    answer.number = started->pid;
  } else {
    answer.text = started.error().text();
  }
  send(answer);
}

Result<ProcessId> Keeper::start_service(const KeeperMessage& message) {
  Fd go;
  Fd report;
  if (message.number == kHeldStart) {
    if (given_.size() < 2) return Error::internal("nothing came to hold the process by");
    go = std::move(given_[0]);
    report = std::move(given_[1]);
    given_.erase(given_.begin(), given_.begin() + 2);
  }
  if (const auto found = services_.find(message.name); found != services_.end()) {
    return Error::unavailable(fmt::format("service {} already runs as process {}",
                                          message.name, found->second.id.pid));
  }
  ServiceSpec spec;
  spec.name = message.name;
  spec.arguments = message.arguments;
  spec.environment = message.environment;
  spec.environment.push_back(
      fmt::format("{}={}.{}", kMarkVariable, log_.mark(), message.name));
  spec.folder = message.folder;
  spec.log_path = log_file(plan_.state_folder, message.name);
  spec.umask = plan_.umask;
  spec.groups = message.groups;
  spec.go = go.get();
  spec.report = report.get();
  if (!std::exchange(log_rotated_[message.name], true)) {
    ::rename(spec.log_path.c_str(), (spec.log_path + ".old").c_str());
  }
  CUTSET_TRY(log_.start(message.name));
  std::optional<ProcessId> recorded;
  Result<ProcessId> started = start_process(spec, [&](const ProcessId& id) {
    recorded = id;
    return log_.running(message.name, id);
  });
  if (started.ok()) {
    services_[message.name].id = *started;
  } else if (recorded) {
    note(log_.ended(message.name, recorded->pid));
  }
  return started;
}

void Keeper::stop(const KeeperMessage& message) {
  const auto found = services_.find(message.name);
  if (found == services_.end()) {
    KeeperMessage answer;
    answer.kind = KeeperMessage::Kind::kStopped;
    answer.id = message.id;
    answer.text = fmt::format("service {} does not run", message.name);
    return send(answer);
  }
  Service& service = found->second;
  const auto kill_at = Clock::now() + std::chrono::milliseconds(
                                          std::clamp<int64_t>(message.number, 0, 600000));
  // Asked twice, the shorter patience counts.
  service.kill_at = service.stopping ? std::min(service.kill_at, kill_at) : kill_at;
  service.stopping = true;
  service.waiting.push_back(message.id);
  ::kill(-service.id.pid, message.number == 0 ? SIGKILL : SIGTERM);
}

void Keeper::end_all(const KeeperMessage& message) {
  const Ending ending = end_descendants(kEndLimit);
  KeeperMessage answer;
  answer.kind = KeeperMessage::Kind::kAllEnded;
  answer.id = message.id;
  answer.number = ending.ended;
  send(answer);
}

void Keeper::record(const KeeperMessage& message) {
  KeeperMessage answer;
  answer.kind = KeeperMessage::Kind::kRecorded;
  answer.id = message.id;
  const Result<uint64_t> number = write_record(message.name);
  if (number.ok()) {
    answer.number = static_cast<int64_t>(*number);
  } else {
    answer.text = number.error().text();
  }
  send(answer);
}

Result<uint64_t> Keeper::write_record(const std::string& line) {
  std::optional<UndoRecord> record = parse_record(line);
  const UndoRule* rule = record ? find_undo_rule(record->kind) : nullptr;
  if (rule == nullptr) return Error::internal("a record that nobody could undo");
  const uint64_t number =
      std::max(last_record_, open_.empty() ? 0 : open_.back().number) + 1;
  CUTSET_TRY(log_.undo(number, *record, rule->outlives_boot));
  last_record_ = number;
  open_.push_back({number, std::move(*record)});
  return number;
}

void Keeper::strike(const KeeperMessage& message) {
  KeeperMessage answer;
  answer.kind = KeeperMessage::Kind::kStruck;
  answer.id = message.id;
  const auto number = static_cast<uint64_t>(message.number);
  // Forgotten here even if that cannot be written: undoing twice changes nothing.
  std::erase_if(open_, [&](const OpenRecord& open) { return open.number == number; });
  const Status written = log_.undone(number);
  if (!written.ok()) answer.text = written.error().text();
  send(answer);
}

std::vector<ProcessInfo> Keeper::processes_of(const std::string& name,
                                              const Service& service) const {
  const std::string mark = fmt::format("{}={}.{}", kMarkVariable, log_.mark(), name);
  std::vector<ProcessInfo> found;
  for (const ProcessInfo& info : processes_below()) {
    if (info.session == service.id.pid || environment_holds(info.id.pid, mark, false))
      found.push_back(info);
  }
  return found;
}

// The name by value: callers have it from the entry that is erased here.
void Keeper::service_ended(std::string name, int exit_code) {
  const Service service = services_[name];
  ::kill(-service.id.pid, SIGKILL);
  const Ending ending =
      end_processes([&] { return processes_of(name, service); }, {}, kLeftoverLimit);
  for (const ProcessInfo& info : ending.left) {
    log_warning("process {} of service {} does not end (state {})", info.id.pid, name,
                info.state);
  }
  note(log_.ended(name, service.id.pid));
  services_.erase(name);
  KeeperMessage answer;
  answer.number = exit_code;
  answer.name = std::move(name);
  if (!service.stopping) {
    answer.kind = KeeperMessage::Kind::kExited;
    return send(answer);
  }
  answer.kind = KeeperMessage::Kind::kStopped;
  for (const uint64_t id : service.waiting) {
    answer.id = id;
    send(answer);
  }
}

void Keeper::send(const KeeperMessage& message) {
  if (!plan_.link.valid() || finished_) return;
  const Result<std::string> frame = encode(message);
  if (!frame.ok()) return finish(frame.error().text(), kExitInternal);
  const ssize_t sent =
      ::send(plan_.link.get(), frame->data(), frame->size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(frame->size())) return;
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
    return;  // it is dying: SIGCHLD follows
  finish("the worker does not read what the keeper sends", kExitInternal);
}

void Keeper::finish(const std::string& why, int exit_code) {
  if (finished_) return;
  finished_ = true;
  exit_code_ = exit_code;
  if (exit_code == 0) {
    log_info("ending: {}", why);
  } else {
    log_error("ending: {}", why);
  }
}

void Keeper::undo_everything() {
  finished_ = true;
  Result<Guard> guard = Guard::start(
      {plan_.state_folder, plan_.socket_path, plan_.own_folder, plan_.worker});
  if (guard.ok()) {
    guard_.emplace(std::move(*guard));
  } else {
    log_warning("{}", guard.error().text());
  }
  // The door and the worker first: with them goes the way to ask for more.
  remove_socket(plan_.socket_path, plan_.own_folder);
  if (worker_alive_) ::kill(plan_.worker.pid, SIGKILL);
  await_worker_end(Clock::now() + kLeftoverLimit);
  // Before processes are ended: a frozen one does not end.
  undo_stage(UndoStage::kFault);
  const auto deadline = Clock::now() + kEndLimit;
  int ended = 0;
  bool left = true;
  while (left && Clock::now() < deadline) {
    const Ending ending = end_descendants(
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
    ended += ending.ended;
    // What is orphaned becomes our child: without a child, there is no descendant either.
    left = has_children();
    if (left) ::usleep(kChildPause);
  }
  if (ended > 0) log_info("ended {} processes", ended);
  undo_stage(UndoStage::kFault);
  undo_stage(UndoStage::kPlace);
  if (left) return;
  note(remove_data_folders(plan_.state_folder));
  if (open_.empty()) note(log_.closed());
}

void Keeper::await_worker_end(Clock::time_point deadline) {
  while (worker_alive_ && Clock::now() < deadline) {
    reap();
    if (worker_alive_) ::usleep(kChildPause);
  }
}

void Keeper::undo_stage(UndoStage stage) {
  const RecordsUndone result = undo_records(open_, stage, true);
  for (const uint64_t number : result.undone) {
    note(log_.undone(number));
    std::erase_if(open_, [&](const OpenRecord& open) { return open.number == number; });
  }
  if (!result.undone.empty()) log_info("undid {} records", result.undone.size());
  for (const auto& [number, problem] : result.problems) log_error("{}", problem);
}

// What services have become: everything below this process but its own helpers.
std::vector<ProcessInfo> Keeper::processes_below() const {
  std::vector<ProcessInfo> found = descendants(::getpid(), plan_.worker.pid);
  if (guard_) {
    std::erase_if(found,
                  [&](const ProcessInfo& info) { return info.id.pid == guard_->pid(); });
  }
  return found;
}

Ending Keeper::end_descendants(std::chrono::milliseconds limit) {
  Ending ending = end_processes(
      [this] {
        reap();
        return processes_below();
      },
      kEndGrace, limit);
  for (const ProcessInfo& info : ending.left) {
    log_warning("process {} does not end (state {})", info.id.pid, info.state);
  }
  reap();
  return ending;
}

void Keeper::note(const Status& written) {
  if (!written.ok()) log_warning("{}", written.error().text());
}

}  // namespace cutset::agent
