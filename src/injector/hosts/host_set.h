// The hosts of an experiment: their agents, and where each instance of the system is.
//
// Life: bring_up() -> placement() -> (a plan is made) -> place() its instances ->
// instances_for() each host, which is what LoadPlan needs -> destruction: the leases end,
// so that the agents undo and end everything, and what cutset made (agents, namespaces,
// containers, data folders) goes.
//
// Invariants:
// 1. names() has a fixed order; every agent holds our lease until destruction.
// 2. Addresses do not change after place().
//
// Thread rule: one owner thread; agent() of different hosts, and one agent's calls, from
// any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/config.h"
#include "injector/fdsl/plan.h"
#include "injector/hosts/hosts_config.h"
#include "injector/hosts/instance_book.h"
#include "injector/hosts/instance_runner.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

struct HostSetOptions {
  std::string state_folder = ".cutset";  // logs and state of the agents we start
  std::string agent_binary;              // "": as AgentProcess
  std::string agent_socket;  // kProcesses, one host: of an agent that runs already
};

class HostSet {
 public:
  /// Starts or reaches every agent and takes its lease. `config` and `stop` must outlive
  /// the set. Error: unavailable: which host, why; interrupted. Nothing is left then.
  static Result<std::unique_ptr<HostSet>> bring_up(const Config& config,
                                                   const HostsConfig& hosts,
                                                   HostSetOptions options,
                                                   const StopSignal& stop);
  ~HostSet();
  HostSet(const HostSet&) = delete;
  HostSet& operator=(const HostSet&) = delete;

  const std::vector<std::string>& names() const;
  /// Requires: one of names().
  AgentClient& agent(const std::string& host);
  /// The IP address by which instances of this host are reached.
  const std::string& address(const std::string& host) const;
  /// Path of the host's network namespace; "" where it is ours or out of reach.
  const std::string& network_namespace(const std::string& host) const;

  /// The IP address by which the hosts reach this process.
  const std::string& own_address() const;
  /// The agent of the host where the instance is placed.
  AgentClient& agent_of(const InstanceKey& instance);

  /// Value of `${otlp.address}`. Before place().
  void set_otlp_address(std::string address);

  /// The hosts, and `on:` of cutset.yaml.
  fdsl::Placement placement() const;

  /// Gives every instance its addresses and its folder. Once. Error: bad_input: a service
  /// that cutset.yaml does not have; unavailable: no free port.
  Status place(const std::vector<fdsl::Instance>& instances);

  /// Every instance that the config has: slots of services, on their hosts.
  std::vector<fdsl::Instance> configured_instances() const;

  /// Every placed instance as this host's agent has to know it: with `kind` what is its
  /// own to start, the others by their addresses. In the order of services and slots.
  /// Error: a placeholder that names no instance.
  Result<std::vector<agent::v1::Instance>> instances_for(const std::string& host) const;

  /// Requires: place().
  const InstanceBook& book() const;
  /// Starts and ends placed instances without a schedule. Must not outlive the set.
  std::unique_ptr<InstanceRunner> runner();

 private:
  class Impl;
  explicit HostSet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::injector
