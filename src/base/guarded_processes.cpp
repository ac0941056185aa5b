#include "base/guarded_processes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CUTSET_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CUTSET_SHADOW_MEMORY 1
#endif
#endif

namespace cutset {

namespace {

using Clock = std::chrono::steady_clock;

// What a child's exit code says.
constexpr int kDone = 0;
constexpr int kOutOfMemory = 90;
constexpr int kThrew = 91;
constexpr rlim_t kMostErrorOutput = 1U << 20U;

void limit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

uint64_t address_space_now() {
  std::ifstream file("/proc/self/statm");
  uint64_t pages = 0;
  file >> pages;
  return pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

void set_limits(const ProcessLimits& limits) {
#ifndef CUTSET_SHADOW_MEMORY  // a sanitizer reserves terabytes of addresses
  const uint64_t most = address_space_now() + limits.memory_bytes;
  limit(RLIMIT_AS, most, most);
#endif
  const auto seconds = static_cast<rlim_t>(limits.processor_time.count());
  limit(RLIMIT_CPU, seconds, seconds + 1);  // SIGXCPU, then SIGKILL
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_FSIZE, kMostErrorOutput, kMostErrorOutput);
  limit(RLIMIT_NOFILE, 64, 64);
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

[[noreturn]] void be_child(const GuardedWork& work, size_t number, int out, int errors,
                           pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kThrew);
  ::setpgid(0, 0);  // Ctrl-C is the caller's
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(nothing, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  set_limits(work.limits);
  int code = kDone;
  try {
    work.run(number, [out](std::string_view line) {
      if (!write_all(out, std::string(line) + "\n")) ::_exit(kThrew);
    });
  } catch (const std::bad_alloc&) {
    code = kOutOfMemory;
  } catch (const std::exception& exception) {
    write_all(STDERR_FILENO, exception.what());
    code = kThrew;
  }
  ::_exit(code);
}

class Child {
 public:
  Child(size_t number, const GuardedWork& work) : number_(number), work_(work) {}

  Status start() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
    out_ = Fd(ends[0]);
    const Fd write_end(ends[1]);
    errors_ = Fd(::memfd_create("cutset-errors", MFD_CLOEXEC));
    if (!errors_.valid()) return Error::system("cannot keep a child's errors");
    deadline_ = Clock::now() + work_.limits.deadline;
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) return Error::system("cannot start a process");
    if (pid_ == 0) be_child(work_, number_, write_end.get(), errors_.get(), parent);
    return {};
  }

  int file() const { return out_.get(); }
  bool is_late() const { return Clock::now() >= deadline_; }

  /// False: nothing will come any more.
  bool read() {
    char buffer[65536];
    const ssize_t count = ::read(out_.get(), buffer, sizeof buffer);
    if (count < 0) return errno == EINTR || errno == EAGAIN;
    if (count == 0) return false;
    bytes_ += static_cast<size_t>(count);
    if (bytes_ > work_.limits.output_bytes) {
      kill(ProcessEnd::Kind::kOutput);
      return false;
    }
    pending_.append(buffer, static_cast<size_t>(count));
    size_t begin = 0;
    for (size_t end; (end = pending_.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      work_.told(number_, std::string_view(pending_).substr(begin, end - begin));
    }
    pending_.erase(0, begin);
    return true;
  }

  void kill(ProcessEnd::Kind why) {
    killed_ = why;
    ::kill(pid_, SIGKILL);
  }

  void finish() {
    int status = 0;
    rusage used{};
    while (::wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    work_.ended(number_, end_of(status));
  }

 private:
  ProcessEnd end_of(int status) const {
    if (killed_) return {*killed_, ""};
    if (WIFEXITED(status)) {
      if (WEXITSTATUS(status) == kDone) return {};
      if (WEXITSTATUS(status) == kOutOfMemory) return {ProcessEnd::Kind::kMemory, ""};
      return {ProcessEnd::Kind::kCrashed, "an exception; " + error_output()};
    }
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU) return {ProcessEnd::Kind::kTime, ""};
    // Nobody here sent it: the kernel ran out of memory, or of patience (RLIMIT_CPU).
    if (signal == SIGKILL) return {ProcessEnd::Kind::kMemory, ""};
    return {ProcessEnd::Kind::kCrashed, fmt::format("signal {} ({}); {}", signal,
                                                    ::strsignal(signal), error_output())};
  }

  std::string error_output() const {
    char buffer[2000];
    const off_t size = ::lseek(errors_.get(), 0, SEEK_END);
    const off_t from = std::max<off_t>(0, size - static_cast<off_t>(sizeof buffer));
    const ssize_t count = ::pread(errors_.get(), buffer, sizeof buffer, from);
    return count > 0 ? std::string(buffer, static_cast<size_t>(count))
                     : "it wrote no error";
  }

  size_t number_;
  const GuardedWork& work_;
  pid_t pid_ = -1;
  Fd out_;
  Fd errors_;
  Clock::time_point deadline_;
  std::string pending_;
  size_t bytes_ = 0;
  std::optional<ProcessEnd::Kind> killed_;
};

class Guard {
 public:
  explicit Guard(const GuardedWork& work) : work_(work) {}

  Status run() {
    while (next_ < work_.count || !running_.empty()) {
      if (!stopped_ && work_.stop && work_.stop()) stop();
      while (!stopped_ && running_.size() < std::max<size_t>(1, work_.jobs) &&
             next_ < work_.count) {
        auto child = std::make_unique<Child>(next_, work_);
        if (const Status started = child->start(); !started.ok()) {
          stop();
          drain();
          return started;
        }
        ++next_;
        running_.push_back(std::move(child));
      }
      if (stopped_) {
        for (; next_ < work_.count; ++next_) {
          work_.ended(next_, {ProcessEnd::Kind::kNotStarted, ""});
        }
      }
      look();
    }
    return {};
  }

 private:
  void stop() {
    stopped_ = true;
    for (const auto& child : running_) child->kill(ProcessEnd::Kind::kNotStarted);
  }

  void drain() {
    while (!running_.empty()) look();
  }

  /// Waits until one of them says something; at most a tenth of a second.
  void look() {
    std::vector<pollfd> polled;
    for (const auto& child : running_) polled.push_back({child->file(), POLLIN, 0});
    if (polled.empty()) return;
    if (::poll(polled.data(), polled.size(), 100) < 0) return;  // a signal
    std::vector<std::unique_ptr<Child>> still;
    for (size_t i = 0; i < polled.size(); ++i) {
      Child& child = *running_[i];
      if (polled[i].revents == 0 && child.is_late()) child.kill(ProcessEnd::Kind::kTime);
      if (polled[i].revents != 0 && !child.read()) {
        child.finish();
      } else {
        still.push_back(std::move(running_[i]));
      }
    }
    running_ = std::move(still);
  }

  const GuardedWork& work_;
  size_t next_ = 0;
  bool stopped_ = false;
  std::vector<std::unique_ptr<Child>> running_;
};

}  // namespace

Status run_guarded(const GuardedWork& work) {
  return Guard(work).run();
}

}  // namespace cutset
