// Instances as a test says they are, for faults without an agent around them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <fcntl.h>

#include "agent/faults/fault.h"
#include "agent/plan/instances.h"

namespace cutset::agent::test {

class FakeInstances final : public Instances {
 public:
  const v1::Instance* find(const v1::InstanceName& name) const override {
    const auto found = instances.find(text_of(name));
    return found == instances.end() ? nullptr : &found->second;
  }
  std::vector<const v1::Instance*> all() const override {
    std::vector<const v1::Instance*> found;
    for (const auto& [name, instance] : instances) found.push_back(&instance);
    return found;
  }
  Result<Body*> body(const v1::InstanceName& name) const override {
    return Error::unavailable(text_of(name) + " has no body in this test");
  }
  Result<ProcessId> leader(const v1::InstanceName& name) const override {
    const auto found = leaders.find(text_of(name));
    if (found == leaders.end())
      return Error::unavailable(text_of(name) + " does not run");
    return found->second;
  }
  Result<std::vector<ProcessInfo>> processes(
      const v1::InstanceName& name) const override {
    std::vector<ProcessInfo> found;
    const auto leader = leaders.find(text_of(name));
    if (leader != leaders.end()) {
      if (const auto info = read_process(leader->second.pid)) found.push_back(*info);
    }
    return found;
  }
  Result<Fd> network_namespace(const v1::InstanceName&) const override {
    return Fd(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  }
  std::string unified_group(const v1::InstanceName&) const override { return ""; }

  std::map<std::string, v1::Instance> instances;
  std::map<std::string, ProcessId> leaders;
};

}  // namespace cutset::agent::test
