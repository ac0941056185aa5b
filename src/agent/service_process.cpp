#include "agent/service_process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
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

[[noreturn]] void give_up(const Fd& report, Step step) {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t written =
      ::write(report.get(), &failure, sizeof failure);
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

void enter_groups(const ServiceSpec& spec, const Fd& report) {
  for (const std::string& group : spec.groups) {
    const Fd members(::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (!members.valid() || ::write(members.get(), "0", 1) != 1)
      give_up(report, Step::kGroup);
  }
}

void redirect_output(const ServiceSpec& spec, const Fd& report) {
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

  enter_groups(spec, report);
  if (!spec.folder.empty() && ::chdir(spec.folder.c_str()) != 0)
    give_up(report, Step::kFolder);
  redirect_output(spec, report);
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
  ::execvp(arguments[0], arguments.data());
  give_up(report, Step::kExecute);
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

// The report pipe closes by itself when the command is executed.
Status await_execution(const ServiceSpec& spec, pid_t child, const Fd& report) {
  pollfd polled{report.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&polled, 1, kExecPatienceMs);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    end_child(child);
    return Error::unavailable(
        fmt::format("service {}: \"{}\" was not executed within {} ms", spec.name,
                    spec.arguments[0], kExecPatienceMs));
  }
  Failure failure{};
  if (::read(report.get(), &failure, sizeof failure) !=
      static_cast<ssize_t>(sizeof failure))
    return {};
  end_child(child);
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
  CUTSET_TRY(await_execution(spec, child, report.read_end));
  return id;
}

}  // namespace cutset::agent
