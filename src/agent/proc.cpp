#include "agent/proc.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <map>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "agent/pidfd.h"
#include "base/boot_id.h"
#include "base/fd.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

// An environment is at most a quarter of the stack limit; larger ones are cut, which can
// only miss a mark.
constexpr size_t kEnvironmentLimit = size_t{8} << 20;

std::string read_proc(const std::string& path, size_t limit) {
  std::string content;
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[16384];
  while (file.valid() && content.size() < limit) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    content.append(buffer, static_cast<size_t>(count));
  }
  return content;
}

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::optional<ProcessInfo> parse_stat(std::string_view text) {
  const size_t open = text.find(" (");
  const size_t close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  ProcessInfo info;
  if (!parse_number(text.substr(0, open), info.id.pid)) return std::nullopt;
  const std::vector<std::string> fields = split(trim(text.substr(close + 2)), " ");
  constexpr size_t kStartField = 19;  // field 22 of the line, counted from the state
  if (fields.size() <= kStartField || fields[0].size() != 1) return std::nullopt;
  info.state = fields[0][0];
  if (!parse_number(fields[1], info.parent) || !parse_number(fields[2], info.group) ||
      !parse_number(fields[3], info.session) ||
      !parse_number(fields[kStartField], info.id.start)) {
    return std::nullopt;
  }
  return info;
}

std::optional<ProcessInfo> read_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  return parse_stat(read_proc(fmt::format("/proc/{}/stat", pid), 4096));
}

std::vector<ProcessInfo> all_processes() {
  std::vector<ProcessInfo> found;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return found;
  while (const dirent* entry = ::readdir(folder)) {
    pid_t pid = 0;
    if (!parse_number(std::string_view(entry->d_name), pid)) continue;
    if (const auto info = read_process(pid)) found.push_back(*info);
  }
  ::closedir(folder);
  std::sort(found.begin(), found.end(),
            [](const ProcessInfo& a, const ProcessInfo& b) { return a.id < b.id; });
  return found;
}

std::vector<ProcessInfo> descendants(pid_t root, pid_t except) {
  std::multimap<pid_t, ProcessInfo> by_parent;
  for (const ProcessInfo& info : all_processes()) by_parent.emplace(info.parent, info);
  std::vector<ProcessInfo> found;
  std::vector<pid_t> open{root};
  while (!open.empty()) {
    const auto [first, last] = by_parent.equal_range(open.back());
    open.pop_back();
    for (auto child = first; child != last; ++child) {
      if (child->second.id.pid == except) continue;
      open.push_back(child->second.id.pid);
      if (!child->second.dead()) found.push_back(child->second);
    }
    by_parent.erase(first, last);
  }
  return found;
}

bool alive(const ProcessId& id) {
  const auto info = read_process(id.pid);
  return info && info->id == id && !info->dead();
}

bool environment_holds(pid_t pid, std::string_view entry, bool prefix) {
  const std::string content =
      read_proc(fmt::format("/proc/{}/environ", pid), kEnvironmentLimit);
  size_t at = 0;
  while ((at = content.find(entry, at)) != std::string::npos) {
    const size_t end = at + entry.size();
    const bool begins = at == 0 || content[at - 1] == '\0';
    const bool ends = prefix || end == content.size() || content[end] == '\0';
    if (begins && ends) return true;
    at = end;
  }
  return false;
}

std::string world() {
  char space[64] = {};
  const ssize_t length = ::readlink("/proc/self/ns/pid", space, sizeof space - 1);
  return fmt::format("{}/{}", boot_id(), length > 0 ? space : "pid:[unknown]");
}

uint64_t ticks_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto ticks = static_cast<uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<uint64_t>(now.tv_sec) * ticks +
         static_cast<uint64_t>(now.tv_nsec) * ticks / 1'000'000'000;
}

Status signal_process(const ProcessId& id, int signal) {
  // The descriptor pins the process; only then does comparing the start time prove
  // anything.
  const Fd process = open_pidfd(id.pid);
  if (!process.valid()) {
    if (errno == ESRCH || errno == EINVAL) return {};
    return Error::system(fmt::format("cannot reach process {}", id.pid));
  }
  const auto info = read_process(id.pid);
  if (!info || info->id != id) return {};
  if (signal_pidfd(process, signal) != 0 && errno != ESRCH) {
    return Error::system(fmt::format("cannot signal process {}", id.pid));
  }
  return {};
}

}  // namespace cutset::agent
