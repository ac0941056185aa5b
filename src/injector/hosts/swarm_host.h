// The services of a Docker Swarm, one for each service of the system, and an overlay
// network that joins them. Slot n is the task with the Swarm's slot n + 1.
//
// All tasks are on the node of the engine that is named: the agent beside it acts on
// their containers, which it finds by labels. Each task has two addresses, known once it
// runs: on the overlay, by which tasks reach each other, and on the bridge of the
// machine, by which the workload does. Before that there are names only: "web" for all
// tasks of a service, "web-1" for one.
//
// Everything has the label org.cutset.mark with a random word; the agent of this machine
// knows the word before anything is made, and removes all that has it when its lease
// ends.
//
// Thread rule: one owner thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/config.h"
#include "injector/fdsl/plan.h"
#include "injector/hosts/engine_client.h"
#include "injector/hosts/hosts_config.h"
#include "injector/hosts/instance_book.h"
#include "injector/hosts/swarm_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class SwarmHost {
 public:
  /// `agent` removes what is made; it must outlive the host. Error: no engine, no Swarm,
  /// a service without an image, an image that is not there.
  static Result<std::unique_ptr<SwarmHost>> make(const Config& config,
                                                 const HostsConfig& hosts,
                                                 AgentClient& agent,
                                                 const StopSignal& stop);

  /// By which tasks reach this machine.
  const std::string& machine_address() const { return machine_; }

  /// Makes a service for each that has places in the book, with as many replicas as are
  /// there from the beginning; returns when these run, with their addresses in the book.
  /// Once. Error: a command that cannot be the same for every task; a task that does not
  /// run.
  Status make_services(const std::vector<fdsl::Instance>& instances, InstanceBook& book);

  /// Requires: make_services() succeeded, and has the instance. Name, addresses, where
  /// its container is found.
  agent::v1::Instance message(const InstanceKey& instance) const;
  EngineClient& engine() { return *engine_; }
  /// Of those from the beginning.
  const std::map<InstanceKey, std::string>& containers() const { return containers_; }

 private:
  SwarmHost(const Config& config, const HostsConfig& hosts, const StopSignal& stop)
      : config_(config), hosts_(hosts), stop_(stop) {}
  Result<SwarmServiceSpec> spec(const ServiceConfig& service,
                                const InstanceBook& names) const;
  Status await_tasks(const std::string& service, int replicas, InstanceBook& book);

  const Config& config_;
  const HostsConfig hosts_;
  const StopSignal& stop_;
  std::string mark_;
  std::map<std::string, std::string> images_;  // ids by service
  std::unique_ptr<EngineClient> engine_;
  std::string node_;
  std::string network_;
  std::string machine_;
  std::map<std::string, std::string> services_;             // ids by name
  std::map<InstanceKey, std::string> containers_;           // ids
  std::map<InstanceKey, std::vector<std::string>> places_;  // addresses
};

}  // namespace cutset::injector
