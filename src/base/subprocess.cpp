#include "base/subprocess.h"

#include <cerrno>
#include <cstring>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Fd read_end;
  Fd write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

std::vector<std::string> merged_environment(const CommandSpec& spec) {
  std::map<std::string, std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    if (equals != std::string::npos)
      merged[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : spec.environment) merged[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : merged) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& lines) {
  std::vector<char*> result;
  for (std::string& line : lines) result.push_back(line.data());
  result.push_back(nullptr);
  return result;
}

Result<pid_t> spawn(const CommandSpec& spec, const Pipe& out, const Pipe& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write_end.get(), STDERR_FILENO);
  if (!spec.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, spec.folder.c_str());
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> arguments = spec.arguments;
  std::vector<std::string> environment = merged_environment(spec);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, arguments[0].c_str(), &actions, &attributes,
                     pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return Error::unavailable(
        fmt::format("cannot start \"{}\": {}", spec.arguments[0], std::strerror(failed)));
  }
  return pid;
}

void read_available(Fd& source, std::string& kept, size_t limit) {
  char buffer[16384];
  const ssize_t count = ::read(source.get(), buffer, sizeof buffer);
  if (count <= 0) {
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    source.reset();
    return;
  }
  const size_t room = limit > kept.size() ? limit - kept.size() : 0;
  kept.append(buffer, std::min(room, static_cast<size_t>(count)));
}

}  // namespace

Result<CommandOutcome> run_command(const CommandSpec& spec) {
  if (spec.arguments.empty()) return Error::usage("an empty command");
  CUTSET_ASSIGN(Pipe out, make_pipe());
  CUTSET_ASSIGN(Pipe err, make_pipe());
  const auto started = Clock::now();
  CUTSET_ASSIGN(const pid_t pid, spawn(spec, out, err));
  out.write_end.reset();
  err.write_end.reset();

  CommandOutcome outcome;
  const auto deadline = started + spec.deadline;
  while (out.read_end.valid() || err.read_end.valid()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now())
            .count();
    if (left <= 0) {
      outcome.timed_out = true;
      break;
    }
    pollfd polled[3] = {{out.read_end.get(), POLLIN, 0},
                        {err.read_end.get(), POLLIN, 0},
                        {spec.stop_fd, POLLIN, 0}};
    if (::poll(polled, 3, static_cast<int>(std::min<long>(left, 1000))) < 0 &&
        errno != EINTR) {
      break;
    }
    if (polled[2].revents != 0) {
      outcome.stopped = true;
      break;
    }
    if (polled[0].revents != 0)
      read_available(out.read_end, outcome.output, spec.output_limit);
    if (polled[1].revents != 0) {
      read_available(err.read_end, outcome.error_output, spec.output_limit);
    }
  }
  // A command may close its output and live on: it still has only until the deadline.
  int wait_status = 0;
  bool ended = false;
  while (!outcome.timed_out && !outcome.stopped) {
    ended = ::waitpid(pid, &wait_status, WNOHANG) != 0;
    if (ended) break;
    pollfd stop{spec.stop_fd, POLLIN, 0};
    if (Clock::now() >= deadline) outcome.timed_out = true;
    if (::poll(&stop, 1, 1) > 0) outcome.stopped = true;
  }
  ::kill(-pid, SIGKILL);
  if (!ended) ::waitpid(pid, &wait_status, 0);
  outcome.exit_code =
      WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  outcome.took = Clock::now() - started;
  return outcome;
}

}  // namespace cutset
