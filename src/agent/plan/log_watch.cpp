#include "agent/plan/log_watch.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <regex.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr size_t kLongestPattern = 1000;

struct Pattern {
  Pattern() = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (compiled) ::regfree(&expression);
  }
  Status compile(const std::string& text) {
    if (text.empty() || text.size() > kLongestPattern)
      return Error::bad_input(
          fmt::format("a pattern of 1 to {} bytes is expected", kLongestPattern));
    const int code = ::regcomp(&expression, text.c_str(), REG_EXTENDED | REG_NOSUB);
    compiled = code == 0;
    if (compiled) return {};
    char reason[256];
    ::regerror(code, &expression, reason, sizeof reason);
    return Error::bad_input(fmt::format(
        "\"{}\" is no POSIX extended regular expression: {}", one_line(text), reason));
  }
  bool found_in(const std::string& line) const {
    return ::regexec(&expression, line.c_str(), 0, nullptr, 0) == 0;
  }
  regex_t expression{};
  bool compiled = false;
};

}  // namespace

struct LogWatch::Watched {
  std::string path;
  Pattern pattern;
  uint64_t nth = 1;
  Reached reached;
  uint64_t seen = 0;
  off_t offset = 0;
  ino_t inode = 0;
  std::string partial;
  bool over = false;
};

Status check_pattern(const std::string& pattern) {
  Pattern compiled;
  return compiled.compile(pattern);
}

Result<std::unique_ptr<LogWatch>> LogWatch::start(const std::string& folder) {
  Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.valid() ||
      ::inotify_add_watch(inotify.get(), folder.c_str(), IN_MODIFY | IN_CREATE) < 0)
    return Error::system("cannot watch " + folder);
  Fd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop.valid()) return Error::system("cannot make an eventfd");
  return std::unique_ptr<LogWatch>(
      new LogWatch(folder, std::move(inotify), std::move(stop)));
}

LogWatch::LogWatch(std::string folder, Fd inotify, Fd stop)
    : folder_(std::move(folder)),
      inotify_(std::move(inotify)),
      stop_(std::move(stop)),
      thread_([this] { loop(); }) {}

LogWatch::~LogWatch() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
  thread_.join();
}

Status LogWatch::watch(const std::string& file_name, const std::string& pattern,
                       uint64_t nth, Reached reached) {
  auto watched = std::make_unique<Watched>();
  CUTSET_TRY(watched->pattern.compile(pattern));
  watched->path = folder_ + "/" + file_name;
  watched->nth = nth == 0 ? 1 : nth;
  watched->reached = std::move(reached);
  struct stat info {};
  if (::stat(watched->path.c_str(), &info) == 0) {
    watched->offset = info.st_size;
    watched->inode = info.st_ino;
  }
  const std::lock_guard lock(mutex_);
  watched_.push_back(std::move(watched));
  return {};
}

void LogWatch::loop() {
  while (true) {
    pollfd polled[2] = {{inotify_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return;
    if (polled[1].revents != 0) return;
    alignas(inotify_event) char events[16384];
    while (::read(inotify_.get(), events, sizeof events) > 0) {
    }
    // Which file it was does not matter: reading where nothing came costs next to
    // nothing.
    const std::lock_guard lock(mutex_);
    for (const auto& watched : watched_) {
      if (!watched->over) read_on(*watched);
    }
  }
}

void LogWatch::read_on(Watched& watched) {
  const Fd file(::open(watched.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return;
  struct stat info {};
  // The keeper begins a new file for the first life under a new agent.
  if (::fstat(file.get(), &info) == 0 && info.st_ino != watched.inode) {
    watched.offset = 0;
    watched.inode = info.st_ino;
  }
  std::string buffer(kLongestLine, '\0');
  while (!watched.over) {
    const ssize_t count =
        ::pread(file.get(), buffer.data(), buffer.size(), watched.offset);
    if (count <= 0) return;
    watched.offset += count;
    watched.partial.append(buffer.data(), static_cast<size_t>(count));
    size_t begin = 0;
    for (size_t end = 0;
         !watched.over && (end = watched.partial.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      take_line(watched, watched.partial.substr(begin, end - begin));
    }
    watched.partial.erase(0, begin);
    if (watched.partial.size() >= kLongestLine)
      take_line(watched, std::exchange(watched.partial, {}));
  }
}

void LogWatch::take_line(Watched& watched, std::string line) {
  if (!watched.pattern.found_in(line) || ++watched.seen < watched.nth) return;
  watched.over = true;
  watched.reached(line.substr(0, 500));
}

}  // namespace cutset::agent
