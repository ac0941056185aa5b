#include "injector/agent_process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kStartPatience = 10s;
constexpr auto kEndPatience = 5s;  // the agent's own promise
constexpr auto kSignalPatience = 3s;

std::string default_binary() {
  if (const char* chosen = std::getenv("CUTSET_AGENT");
      chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto beside = self.parent_path() / "cutset-agent";
  if (!error && ::access(beside.c_str(), X_OK) == 0) return beside.string();
  return "cutset-agent";
}

/// A new, short path: a socket's name must be shorter than 108 bytes. The agent makes the
/// folder and removes it, so that there is none without someone who will remove it, and
/// refuses one that another user made.
Result<std::string> name_socket_folder() {
  std::vector<std::string> parents;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr) {
    if (*runtime == '/' && std::strlen(runtime) < 60) parents.emplace_back(runtime);
  }
  parents.emplace_back("/tmp");
  uint64_t word = 0;
  if (::getrandom(&word, sizeof word, 0) != static_cast<ssize_t>(sizeof word)) {
    return Error::system("cannot read random bytes");
  }
  for (const std::string& parent : parents) {
    if (::access(parent.c_str(), W_OK | X_OK) == 0) {
      return parent + "/cutset-" + hex16(word);
    }
  }
  return Error::system("cannot make a folder for the agent's socket in " +
                       parents.back());
}

bool accepts(const std::string& socket_path) {
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!probe.valid() || socket_path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address),
                   sizeof address) == 0;
}

std::string last_words(const std::string& log_path) {
  const Result<std::string> log = read_file(log_path);
  if (!log) return "";
  const std::string_view said = trim(*log);
  return said.empty()
             ? ""
             : ":\n" +
                   std::string(said.substr(said.size() > 2000 ? said.size() - 2000 : 0));
}

Result<pid_t> spawn(std::vector<std::string> arguments, const std::string& log_path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                            POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, pointers[0], &actions, &attributes, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed == 0) return pid;
  return Error::unavailable(
      fmt::format("cannot start the agent \"{}\": {} (the variable "
                  "CUTSET_AGENT can name another)",
                  arguments[0], std::strerror(failed)));
}

}  // namespace

Result<std::unique_ptr<AgentProcess>> AgentProcess::start(
    std::string binary, const std::string& state_folder, const StopSignal& stop,
    const std::string& network_namespace) {
  std::unique_ptr<AgentProcess> agent(new AgentProcess());
  std::error_code error;
  std::filesystem::create_directories(state_folder, error);
  if (error) {
    return Error::internal(
        fmt::format("cannot make {}: {}", state_folder, error.message()));
  }
  CUTSET_ASSIGN(agent->folder_, name_socket_folder());
  agent->socket_ = agent->folder_ + "/agent";
  if (binary.empty()) binary = default_binary();
  const std::string log_path = state_folder + "/agent.log";
  const std::string state = std::filesystem::absolute(state_folder).string();
  std::vector<std::string> arguments = {
      binary, "serve", "--socket", agent->socket_, "--state", state, "--exit-with-lease"};
  if (!network_namespace.empty())
    arguments.insert(arguments.end(), {"--network-namespace", network_namespace});
  CUTSET_ASSIGN(agent->pid_, spawn(std::move(arguments), log_path));
  const auto deadline = Clock::now() + kStartPatience;
  while (!accepts(agent->socket_)) {
    if (agent->ended()) {
      return Error::unavailable("the agent ended at once" + last_words(log_path));
    }
    if (Clock::now() > deadline) {
      return Error::unavailable(fmt::format("the agent {} does not listen after 10s{}",
                                            binary, last_words(log_path)));
    }
    if (stop.sleep_for(2ms)) return Error::interrupted("stopped");
  }
  return agent;
}

bool AgentProcess::ended() {
  if (pid_ < 0) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return false;
  pid_ = -1;
  return true;
}

bool AgentProcess::wait(std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!ended()) {
    if (Clock::now() > deadline) return false;
    ::usleep(2000);
  }
  return true;
}

AgentProcess::~AgentProcess() {
  if (pid_ >= 0 && !wait(kEndPatience)) {
    ::kill(pid_, SIGTERM);
    if (!wait(kSignalPatience)) {
      ::kill(pid_, SIGKILL);
      wait(kSignalPatience);
    }
  }
  std::error_code ignored;  // what cannot be removed is an empty folder of ours
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace cutset::injector
