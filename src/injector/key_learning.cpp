#include "injector/key_learning.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

using Group = std::pair<uint64_t, std::string>;  // parent's handle, "callee:signature"
using Contents = std::map<Group, std::vector<std::string>>;

Contents contents_of(const v1::CollectRunReply& run) {
  Contents contents;
  for (const v1::CallRecord& call : run.calls()) {
    contents[{call.parent(), call.callee() + ":" + call.signature()}].push_back(
        call.content_key());
  }
  for (auto& [group, keys] : contents) std::sort(keys.begin(), keys.end());
  return contents;
}

bool all_equal(const std::vector<std::string>& keys) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return key == keys.front(); });
}

}  // namespace

std::set<std::string> points_to_key(const std::vector<v1::CollectRunReply>& runs) {
  std::set<std::string> differing;
  std::set<std::string> unstable;
  if (runs.size() < 2) return differing;
  const Contents first = contents_of(runs.front());
  for (const v1::CollectRunReply& run : runs) {
    const Contents contents = contents_of(run);
    for (const auto& [group, keys] : contents) {
      if (!all_equal(keys)) differing.insert(group.second);
      const auto before = first.find(group);
      if (before == first.end() || before->second != keys) unstable.insert(group.second);
    }
    for (const auto& [group, keys] : first) {
      if (!contents.contains(group)) unstable.insert(group.second);
    }
  }
  for (const std::string& point : unstable) differing.erase(point);
  return differing;
}

}  // namespace cutset::injector
