#include "agent/service_process.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr int kExecPatienceMs = 2000;
constexpr int kExitNotStarted = 127;

enum class Step : int { kGroup, kFolder, kLog, kExecute };

struct Failure {
  Step step;
  int code;
};

struct Pipe {
  Fd read_end;
  Fd write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

[[noreturn]] void give_up(int report, Step step) {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
  ::_exit(kExitNotStarted);
}

void reset_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Nothing else stays open while it waits: an end of somebody else's pipe would keep him
// waiting too.
void keep_only(int one, int other) {
  const auto low = static_cast<unsigned>(std::min(one, other));
  const auto high = static_cast<unsigned>(std::max(one, other));
  if (low > 3) ::close_range(3, low - 1, 0);
  if (high > low + 1) ::close_range(low + 1, high - 1, 0);
  ::close_range(high + 1, ~0U, 0);
}

// The moment at which it is let go must not wait for others that want the core. What it
// forks does not inherit it; who let it go takes it back at once (held_process.cpp).
// Fails without the right to it, which is fine.
void ask_for_precedence() {
  sched_param parameters{};
  parameters.sched_priority = 1;
  ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
}

void enter_groups(const ServiceSpec& spec, int report) {
  for (const std::string& group : spec.groups) {
    const Fd members(::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (!members.valid() || ::write(members.get(), "0", 1) != 1)
      give_up(report, Step::kGroup);
  }
}

void redirect_output(const ServiceSpec& spec, int report) {
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output = ::open(spec.log_path.c_str(),
                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (input < 0 || output < 0) give_up(report, Step::kLog);
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
}

[[noreturn]] void become_command(const ServiceSpec& spec, pid_t parent, const Fd& go,
                                 const Fd& report) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kExitNotStarted);
  ::setsid();
  char byte = 0;
  if (::read(go.get(), &byte, 1) != 1) ::_exit(kExitNotStarted);

  enter_groups(spec, report.get());
  if (!spec.folder.empty() && ::chdir(spec.folder.c_str()) != 0)
    give_up(report.get(), Step::kFolder);
  redirect_output(spec, report.get());
  ::umask(spec.umask);
  reset_signals();
  for (const std::string& entry : spec.environment) {
    const size_t equals = entry.find('=');
    ::setenv(entry.substr(0, equals).c_str(), entry.c_str() + equals + 1, 1);
  }
  std::vector<char*> arguments;
  for (const std::string& argument : spec.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  if (spec.go >= 0) {
    ask_for_precedence();
    keep_only(spec.go, spec.report);  // the end of `report`: it waits
    if (::read(spec.go, &byte, 1) != 1) ::_exit(kExitNotStarted);
  }
  ::execvp(arguments[0], arguments.data());
  give_up(spec.go >= 0 ? spec.report : report.get(), Step::kExecute);
}

Error explain(const ServiceSpec& spec, const Failure& failure) {
  const char* reason = std::strerror(failure.code);
  switch (failure.step) {
    case Step::kGroup:
      return Error::unavailable(fmt::format("service {}: cannot enter the cgroup {}: {}",
                                            spec.name, join(spec.groups, " or "),
                                            reason));
    case Step::kFolder:
      return Error::unavailable(
          fmt::format("service {}: cannot enter its folder \"{}\": {}", spec.name,
                      spec.folder, reason));
    case Step::kLog:
      return Error::unavailable(fmt::format("service {}: cannot write its log {}: {}",
                                            spec.name, spec.log_path, reason));
    case Step::kExecute:
      break;
  }
  const bool in_path = spec.arguments[0].find('/') == std::string::npos;
  return Error::unavailable(fmt::format(
      "service {}: cannot start \"{}\": {}{}", spec.name, spec.arguments[0], reason,
      failure.code == ENOENT && in_path ? " (looked for in PATH)" : ""));
}

void end_child(pid_t child) {
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// The report pipe closes by itself when the command is executed. Nothing: not in time.
std::optional<Status> read_report(const ServiceSpec& spec, const Fd& report) {
  pollfd polled{report.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&polled, 1, kExecPatienceMs);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return std::nullopt;
  Failure failure{};
  if (::read(report.get(), &failure, sizeof failure) !=
      static_cast<ssize_t>(sizeof failure))
    return Status();
  return explain(spec, failure);
}

}  // namespace

Result<ProcessId> start_process(const ServiceSpec& spec,
                                const std::function<Status(const ProcessId&)>& record) {
  CUTSET_ASSIGN(Pipe go, make_pipe());
  CUTSET_ASSIGN(Pipe report, make_pipe());
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return Error::system("cannot fork");
  if (child == 0) {
    go.write_end.reset();
    report.read_end.reset();
    become_command(spec, parent, go.read_end, report.write_end);
  }
  report.write_end.reset();
  const auto info = read_process(child);
  const ProcessId id = info ? info->id : ProcessId{child, 0};
  const Status recorded =
      info ? record(id) : Error::internal("cannot read the start time of a new process");
  if (!recorded.ok()) {
    end_child(child);
    return recorded.error();
  }
  [[maybe_unused]] const ssize_t written = ::write(go.write_end.get(), "g", 1);
  std::optional<Status> executed = read_report(spec, report.read_end);
  if (!executed) {
    executed =
        Error::unavailable(fmt::format("service {}: \"{}\" was not executed within {} ms",
                                       spec.name, spec.arguments[0], kExecPatienceMs));
  }
  if (executed->ok()) return id;
  end_child(child);
  return executed->error();
}

Status await_execution(const std::string& name, const std::string& program,
                       const Fd& report) {
  ServiceSpec spec;
  spec.name = name;
  spec.arguments = {program};
  return read_report(spec, report).value_or(Status());
}

}  // namespace cutset::agent
