#include "agent/groups/group.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kNameBegin = "cutset-";
constexpr size_t kMarkSize = 32;
constexpr size_t kListLimit = size_t{4} << 20;
constexpr milliseconds kEmptyPatience{800};

Status write_control(const std::string& path, std::string_view text) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid() ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return Error::system("cannot write " + path);
  return {};
}

bool has(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

// A folder of a cgroup filesystem whose name holds an agent's mark, or an error.
Status check_ours(const std::vector<std::string>& words) {
  const Error damaged = Error::internal("a damaged record of a cgroup");
  if (words.size() != 1 || !words[0].starts_with('/')) return damaged;
  const std::string_view path = words[0];
  if (path.find("/../") != std::string_view::npos) return damaged;
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(kNameBegin)) return damaged;
  name.remove_prefix(kNameBegin.size());
  if (name.size() <= kMarkSize + 1 || name[kMarkSize] != '-') return damaged;
  if (name.substr(0, kMarkSize).find_first_not_of("0123456789abcdef") !=
      std::string_view::npos)
    return damaged;
  struct statfs info {};
  if (::statfs(words[0].c_str(), &info) != 0) return {};  // it is gone
  if (info.f_type != CGROUP2_SUPER_MAGIC && info.f_type != CGROUP_SUPER_MAGIC)
    return damaged;
  return {};
}

}  // namespace

Group group_for(const GroupRoot& root, const std::string& mark, const std::string& name) {
  const std::string own = fmt::format("{}{}-{}", kNameBegin, mark, name);
  Group group;
  group.folder = root.folder + "/" + own;
  if (root.unified)
    group.unified_below = root.below.empty() ? own : root.below + "/" + own;
  return group;
}

Status make_group(const Group& group) {
  if (::mkdir(group.folder.c_str(), 0755) != 0)
    return Error::system("cannot make the cgroup " + group.folder);
  return {};
}

std::vector<pid_t> members_of(const std::string& folder) {
  std::vector<pid_t> members;
  const Result<std::string> text = read_file(folder + "/cgroup.procs", kListLimit);
  if (!text.ok()) return members;
  for (const std::string& line : split(*text, "\n")) {
    pid_t pid = 0;
    const auto [end, code] = std::from_chars(line.data(), line.data() + line.size(), pid);
    if (code == std::errc() && pid > 0) members.push_back(pid);
  }
  return members;
}

Status set_frozen(const std::string& folder, bool frozen) {
  const std::string unified = folder + "/cgroup.freeze";
  if (has(unified)) return write_control(unified, frozen ? "1" : "0");
  return write_control(folder + "/freezer.state", frozen ? "FROZEN" : "THAWED");
}

std::optional<bool> is_frozen(const std::string& folder) {
  if (const Result<std::string> events = read_file(folder + "/cgroup.events", 4096);
      events.ok()) {
    return events->find("frozen 1") != std::string::npos;
  }
  const Result<std::string> state = read_file(folder + "/freezer.state", 4096);
  if (!state.ok()) return std::nullopt;
  return trim(*state) == "FROZEN";
}

Status kill_members(const std::string& folder) {
  const std::string at_once = folder + "/cgroup.kill";
  if (has(at_once)) return write_control(at_once, "1");
  // Before each signal the group is looked at again: a pid that has left it is not ours.
  for (int round = 0; round < 100; ++round) {
    const std::vector<pid_t> members = members_of(folder);
    if (members.empty()) return {};
    for (const pid_t pid : members) {
      const auto info = read_process(pid);
      if (info && !info->dead()) CUTSET_TRY(signal_process(info->id, SIGKILL));
    }
    if (is_frozen(folder).value_or(true)) CUTSET_TRY(set_frozen(folder, false));
    if (await_empty(folder, milliseconds(5))) return {};
  }
  return Error::internal(fmt::format("the processes of {} do not end", folder));
}

bool await_empty(const std::string& folder, milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!members_of(folder).empty()) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

Status undo_group(const std::vector<std::string>& words) {
  CUTSET_TRY(check_ours(words));
  const std::string& folder = words[0];
  if (!has(folder)) return {};
  CUTSET_TRY(kill_members(folder));
  const auto deadline = Clock::now() + kEmptyPatience;
  // A zombie leaves its cgroup a moment before its parent has waited for it.
  while (::rmdir(folder.c_str()) != 0 && errno != ENOENT) {
    if (errno != EBUSY || Clock::now() >= deadline)
      return Error::system("cannot remove the cgroup " + folder);
    std::this_thread::sleep_for(milliseconds(2));
  }
  return {};
}

Status undo_frozen(const std::vector<std::string>& words) {
  CUTSET_TRY(check_ours(words));
  if (!has(words[0])) return {};
  return set_frozen(words[0], false);
}

}  // namespace cutset::agent
