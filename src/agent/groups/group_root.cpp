// Where cgroups can be made, by /proc/self/mountinfo.
#include <algorithm>
#include <vector>

#include <unistd.h>

#include "agent/groups/group.h"
#include "base/file.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr size_t kProcLimit = size_t{4} << 20;

struct Mount {
  std::string root;   // which folder of the filesystem is mounted
  std::string point;  // where
  bool unified = false;
  std::vector<std::string> options;  // of v1: its controllers are among them
};

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// Octal escapes of mountinfo: "\040" is a space.
std::string unescaped(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      const int value =
          (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      result += static_cast<char>(value);
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

// "36 25 0:32 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw"
std::optional<Mount> parse_mount(const std::string& line) {
  const size_t dash = line.find(" - ");
  if (dash == std::string::npos) return std::nullopt;
  const std::vector<std::string> head = split(line.substr(0, dash), " ");
  const std::vector<std::string> tail = split(line.substr(dash + 3), " ");
  if (head.size() < 6 || tail.size() < 3) return std::nullopt;
  Mount mount{unescaped(head[3]), unescaped(head[4]), tail[0] == "cgroup2", {}};
  if (!mount.unified && tail[0] != "cgroup") return std::nullopt;
  mount.options = split(tail[2], ",");
  return mount;
}

// Of a line of /proc/PID/cgroup ("0::/path" for v2, "9:freezer:/path" for v1): its path,
// if it is of the mounted hierarchy.
std::optional<std::string> path_in(const std::string& line, const Mount& mount) {
  const size_t first = line.find(':');
  const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const std::string controllers = line.substr(first + 1, second - first - 1);
  if (mount.unified != line.starts_with("0::")) return std::nullopt;
  if (!mount.unified && !holds(mount.options, split(controllers, ",").front()))
    return std::nullopt;
  return line.substr(second + 1);
}

std::string own_path(std::string_view own_groups, const Mount& mount) {
  for (const std::string& line : split(own_groups, "\n")) {
    if (std::optional<std::string> path = path_in(line, mount)) return *path;
  }
  return "/";
}

GroupRoot root_at(const Mount& mount, std::string own) {
  // What lies outside of what is mounted cannot be reached.
  if (mount.root != "/") {
    own = own.starts_with(mount.root) ? own.substr(mount.root.size()) : "/";
  }
  while (own.ends_with('/')) own.pop_back();
  GroupRoot root;
  root.unified = mount.unified;
  root.folder = mount.point + own;
  root.below = own.empty() ? "" : own.substr(1);
  return root;
}

bool can_write(const std::string& folder) {
  return ::access(folder.c_str(), W_OK) == 0 &&
         ::access((folder + "/cgroup.procs").c_str(), W_OK) == 0;
}

}  // namespace

std::optional<GroupRoot> choose_group_root(std::string_view mountinfo,
                                           std::string_view own_groups,
                                           bool (*writable)(const std::string&)) {
  std::vector<Mount> mounts;
  for (const std::string& line : split(mountinfo, "\n")) {
    std::optional<Mount> mount = parse_mount(line);
    if (mount && (mount->unified || holds(mount->options, "freezer")))
      mounts.push_back(std::move(*mount));
  }
  std::stable_sort(mounts.begin(), mounts.end(), [](const Mount& a, const Mount& b) {
    return a.unified && !b.unified;
  });
  for (const Mount& mount : mounts) {
    GroupRoot root = root_at(mount, own_path(own_groups, mount));
    if (writable(root.folder)) return root;
  }
  return std::nullopt;
}

std::optional<GroupRoot> find_group_root() {
  const Result<std::string> mountinfo = read_file("/proc/self/mountinfo", kProcLimit);
  const Result<std::string> groups = read_file("/proc/self/cgroup", kProcLimit);
  if (!mountinfo.ok() || !groups.ok()) return std::nullopt;
  return choose_group_root(*mountinfo, *groups, can_write);
}

std::vector<std::string> groups_of_process(pid_t pid) {
  std::vector<std::string> folders;
  const Result<std::string> mountinfo = read_file("/proc/self/mountinfo", kProcLimit);
  const Result<std::string> groups =
      read_file("/proc/" + std::to_string(pid) + "/cgroup", kProcLimit);
  if (!mountinfo.ok() || !groups.ok()) return folders;
  for (const std::string& line : split(*mountinfo, "\n")) {
    const std::optional<Mount> mount = parse_mount(line);
    if (!mount) continue;
    const GroupRoot group = root_at(*mount, own_path(*groups, *mount));
    if (!group.below.empty() && can_write(group.folder)) folders.push_back(group.folder);
  }
  return folders;
}

}  // namespace cutset::agent
