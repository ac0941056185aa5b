#include "agent/state_folder.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/intent_log.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kWorkerPatience{3000};
constexpr std::chrono::milliseconds kLockPatience{5000};

Status check_folder(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return Error::system("cannot look at " + path);
  if (!S_ISDIR(info.st_mode))
    return Error::usage(path + " is not a folder; give another --state");
  if (info.st_uid != ::geteuid()) {
    return Error::usage(fmt::format(
        "{} belongs to user {}, not to user {} who runs the agent; give another --state",
        path, info.st_uid, ::geteuid()));
  }
  if ((info.st_mode & 022) != 0) {
    return Error::usage(fmt::format(
        "others may write to {} (mode {:04o}): chmod go-w {} or give another --state",
        path, info.st_mode & 07777, path));
  }
  return {};
}

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error::system("cannot make the folder " + path);
  }
  return check_folder(path);
}

bool try_lock(const Fd& file) {
  return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

// The keeper is dead and its worker, which shares the lock, ends what was started. A
// worker that hangs is killed.
bool wait_for_worker(const Fd& file, const Intent& intent) {
  const auto begun = Clock::now();
  bool killed = false;
  while (Clock::now() < begun + kLockPatience) {
    if (try_lock(file)) return true;
    ::usleep(10000);
    if (!killed && intent.worker && Clock::now() > begun + kWorkerPatience) {
      killed = true;
      log_warning("the worker of an agent that was killed hangs (pid {}): ending it",
                  intent.worker->pid);
      const Status sent = signal_process(*intent.worker, SIGKILL);
      if (!sent.ok()) log_warning("{}", sent.error().text());
    }
  }
  return false;
}

}  // namespace

Result<std::string> open_state_folder(const std::string& path) {
  std::error_code code;
  std::filesystem::path absolute = std::filesystem::absolute(path, code);
  if (code) return Error::usage(fmt::format("--state {}: {}", path, code.message()));
  absolute = absolute.lexically_normal();
  if (absolute.filename().empty()) absolute = absolute.parent_path();
  std::filesystem::create_directories(absolute.parent_path(), code);
  if (code) {
    return Error::usage(fmt::format("cannot make the folder {}: {}",
                                    absolute.parent_path().string(), code.message()));
  }
  const std::string folder = absolute.string();
  CUTSET_TRY(make_folder(folder));
  CUTSET_TRY(make_folder(folder + "/logs"));
  return folder;
}

Result<Fd> lock_state_folder(const std::string& path) {
  const std::string name = path + "/lock";
  Fd file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return Error::system("cannot open " + name);
  if (try_lock(file)) return file;
  CUTSET_ASSIGN(const std::optional<Intent> intent, read_intent(path));
  // Also when all is undone: a process lets go of its lock at the very end of its exit.
  if (intent && !alive(intent->keeper) && wait_for_worker(file, *intent)) return file;
  return Error::unavailable(
      fmt::format("another cutset-agent{} uses the state folder {}: stop that one, or "
                  "give another --state",
                  intent ? fmt::format(" (pid {})", intent->keeper.pid) : "", path));
}

std::string log_file(const std::string& state_folder, const std::string& service) {
  return fmt::format("{}/logs/{}.log", state_folder, service);
}

}  // namespace cutset::agent
