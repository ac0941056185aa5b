// The instances of the loaded plan: what acts on each that is on this host, and the
// cgroups of those that the keeper runs.
//
// Thread rule: open() and close() by one thread, before and after all others.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "agent/plan/body.h"
#include "agent/plan/container_body.h"
#include "agent/plan/instances.h"
#include "agent/plan/process_body.h"

namespace cutset::agent {

class LocalInstances final : public Instances {
 public:
  struct Setting {
    Supervisor* supervisor = nullptr;
    std::string mark;
    std::string state_folder;
    std::string run;
  };

  /// The plan must outlive this.
  LocalInstances(const v1::LoadPlanRequest& plan, Setting setting);

  /// Makes the cgroups. After an error close() is still to be called.
  Status open();
  /// Ends what the plan started and still runs, removes the cgroups. Returns what could
  /// not be.
  std::vector<std::string> close();

  const v1::Instance* find(const v1::InstanceName& name) const override;
  std::vector<const v1::Instance*> all() const override;
  Result<Body*> body(const v1::InstanceName& name) const override;
  Result<ProcessId> leader(const v1::InstanceName& name) const override;
  Result<std::vector<ProcessInfo>> processes(const v1::InstanceName& name) const override;
  Result<Fd> network_namespace(const v1::InstanceName& name) const override;
  std::string unified_group(const v1::InstanceName& name) const override;

  /// The instance that the keeper knows as this service; null if it is none.
  const v1::Instance* of_service(const std::string& service) const;
  /// Of a process instance; null for others.
  ProcessBody* process_body(const v1::InstanceName& name) const;

 private:
  Status open_group(const Group& group);

  const v1::LoadPlanRequest& plan_;
  const Setting setting_;
  std::map<std::string, const v1::Instance*> instances_;  // by text_of(name)
  std::map<std::string, const v1::Instance*> services_;
  std::map<std::string, std::unique_ptr<ProcessBody>> processes_;
  std::map<std::string, std::unique_ptr<ContainerBody>> containers_;
  std::map<uint64_t, UndoRecord> groups_;  // by number of the record
};

}  // namespace cutset::agent
