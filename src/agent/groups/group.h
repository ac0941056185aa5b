// A cgroup of our own for the processes of one instance: who is in it stays in it,
// orphans and process sessions of their own included, and all of it can be frozen or
// killed at once. No controller is switched on.
//
// Where cgroup v2 can be written (also as the "unified" folder beside cgroup v1) it is
// used, otherwise the freezer of cgroup v1. The folder's name holds the agent's mark:
// "cutset-<mark>-<instance>".
//
// Records: group (the folder, killed empty and removed), frozen (the folder, thawed).
//
// Thread rule: free functions; safe from any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/faults/record.h"
#include "agent/proc.h"
#include "base/result.h"

namespace cutset::agent {

inline constexpr const char* kGroupRecord = "group";
inline constexpr const char* kFrozenRecord = "frozen";

/// Where new groups are made.
struct GroupRoot {
  std::string folder;  // "/sys/fs/cgroup/unified"
  std::string below;   // of the mount point: "" or "system.slice/cutset-agent.service"
  bool unified = true;
};

/// A cgroup filesystem of this process as /proc/self/mountinfo and /proc/self/cgroup
/// (both given as text) tell; the first one for which `writable` says yes. Nothing: none.
std::optional<GroupRoot> choose_group_root(std::string_view mountinfo,
                                           std::string_view own_groups,
                                           bool (*writable)(const std::string& folder));
/// Of this process. Nothing: not root, and nothing was delegated to us.
std::optional<GroupRoot> find_group_root();

/// Folders of all cgroups (but the roots) that a process is in, on whatever hierarchies
/// are mounted here.
std::vector<std::string> groups_of_process(pid_t pid);

struct Group {
  std::string folder;         // "": none, nothing below works
  std::string unified_below;  // path below the mount point of cgroup v2; "" with v1
  bool exists() const { return !folder.empty(); }
};

Group group_for(const GroupRoot& root, const std::string& mark, const std::string& name);
Status make_group(const Group& group);

std::vector<pid_t> members_of(const std::string& folder);
Status set_frozen(const std::string& folder, bool frozen);
/// Nothing: it cannot be read.
std::optional<bool> is_frozen(const std::string& folder);
/// SIGKILL to all; thaws a frozen group of v1, whose members would not notice. Returns
/// without waiting for their end.
Status kill_members(const std::string& folder);
/// False: there still are members after `patience`.
bool await_empty(const std::string& folder, std::chrono::milliseconds patience);

Status undo_group(const std::vector<std::string>& words);
Status undo_frozen(const std::vector<std::string>& words);

}  // namespace cutset::agent
