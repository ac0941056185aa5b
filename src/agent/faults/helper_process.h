// A process of ours that presses on the machine (agent/pressure.h): started and ended by
// the keeper, in the cgroups of the instance, gone with this object, with the keeper, and
// by itself when its time is over. It is started before its moment and stops itself until
// it is told to begin.
#pragma once

#include <memory>

#include "agent/faults/fault.h"
#include "agent/plan/body.h"

namespace cutset::agent {

class HelperProcess {
 public:
  /// Returns when it has stopped itself. `arguments` follow the name of this program.
  static Result<std::unique_ptr<HelperProcess>> start(const FaultHost& host, Body& body,
                                                      std::vector<std::string> arguments);
  ~HelperProcess();
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;

  /// Error: it has ended.
  Status begin() const;

  const ProcessId& id() const { return id_; }

 private:
  HelperProcess(Supervisor& supervisor, std::string name, std::string log, ProcessId id);

  Supervisor& supervisor_;
  const std::string name_;
  const std::string log_;
  const ProcessId id_;
};

/// Seconds after which a helper ends by itself: somewhat after the step's duration.
int64_t helper_seconds(int64_t duration_ns);

}  // namespace cutset::agent
