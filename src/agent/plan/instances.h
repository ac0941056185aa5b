// The instances of a plan as faults see them: what the plan says of each, and where those
// of this host are at this moment.
//
// Thread rule: all functions may be called from any thread; what is said of the plan does
// not change while it is loaded.
#pragma once

#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/proc.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

class Body;  // agent/plan/body.h

class Instances {
 public:
  virtual ~Instances() = default;

  /// Of this or another host; null if the plan has none of that name.
  virtual const v1::Instance* find(const v1::InstanceName& name) const = 0;
  /// All of the plan, in its order: who shares an address is told apart by more than
  /// that.
  virtual std::vector<const v1::Instance*> all() const = 0;

  /// What acts on it. Error: the plan has none of that name, or it is on another host.
  virtual Result<Body*> body(const v1::InstanceName& name) const = 0;

  /// The process that was started, or a container's first process. Error: it does not
  /// run, or is on another host.
  virtual Result<ProcessId> leader(const v1::InstanceName& name) const = 0;
  /// All its living processes, orphans and process sessions of their own included.
  /// Error: it is on another host.
  virtual Result<std::vector<ProcessInfo>> processes(
      const v1::InstanceName& name) const = 0;

  /// The network namespace it runs in: the agent's own for processes. Error: it does not
  /// run, or is on another host.
  virtual Result<Fd> network_namespace(const v1::InstanceName& name) const = 0;
  /// Its folder of cgroup v2, below the mount point and without a leading "/": the path
  /// that "socket cgroupv2" of nftables compares. "" where it has none of its own.
  virtual std::string unified_group(const v1::InstanceName& name) const = 0;
};

/// "service/slot", for messages and events.
inline std::string text_of(const v1::InstanceName& name) {
  return name.service() + "/" + std::to_string(name.slot());
}

}  // namespace cutset::agent
