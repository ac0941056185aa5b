// A HostSet as what play() asks for: an agent for each host, the instances as each host
// has to know them, and how it is known that an instance is ready.
//
//   hosts->place(plan.instances)  once
//   HostAgents agents(*hosts);
//   setup.hosts = *agents.hosts();
//   hooks.await_ready = agents.readiness(config, stop);   for each run
//   play(compiled, setup, hooks, stop);                    as often as needed
//
// Thread rule: one owner thread; what it hands out may be used from any thread while it
// lives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/config.h"
#include "injector/hosts/host_set.h"
#include "injector/play/play.h"
#include "injector/stop_signal.h"

namespace cutset::injector::play {

class HostAgents {
 public:
  /// `set` must outlive it.
  explicit HostAgents(HostSet& set);
  ~HostAgents();
  HostAgents(const HostAgents&) = delete;
  HostAgents& operator=(const HostAgents&) = delete;

  /// Requires: the instances are placed. Error: a placeholder that names no instance.
  Result<std::vector<PlayHost>> hosts();

  /// As `ready` of cutset.yaml says. Made before each run: the output that counts is what
  /// comes from now on. Both must outlive it.
  std::function<Status(const BeginningInstance& instance,
                       const std::function<bool()>& ended)>
  readiness(const Config& config, const StopSignal& stop);

 private:
  class Agent;
  PlanAgent& agent(const std::string& host);

  HostSet& set_;
  std::vector<std::pair<std::string, std::unique_ptr<Agent>>> agents_;
};

}  // namespace cutset::injector::play
