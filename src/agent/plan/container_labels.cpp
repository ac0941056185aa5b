#include "agent/plan/container_labels.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr const char* kTaskName = "com.docker.swarm.task.name";
constexpr const char* kTaskService = "com.docker.swarm.service.id";

// Names of tasks are "SERVICE.SLOT.ID"; a service's may have dots too.
bool is_task(const std::map<std::string, std::string>& labels,
             const v1::SwarmTask& task) {
  const auto service = labels.find(kTaskService);
  const auto name = labels.find(kTaskName);
  if (service == labels.end() || service->second != task.service() ||
      name == labels.end())
    return false;
  const std::vector<std::string> words = split(name->second, ".");
  return words.size() >= 3 && words[words.size() - 2] == std::to_string(task.slot());
}

}  // namespace

bool is_container_of(const v1::ContainerInstance& wanted,
                     const std::map<std::string, std::string>& labels) {
  const bool has_all = std::all_of(
      wanted.labels().begin(), wanted.labels().end(), [&](const std::string& label) {
        const size_t sign = label.find('=');
        const auto found = labels.find(label.substr(0, sign));
        return found != labels.end() &&
               (sign == std::string::npos || found->second == label.substr(sign + 1));
      });
  return has_all && (!wanted.has_task() || is_task(labels, wanted.task()));
}

}  // namespace cutset::agent
