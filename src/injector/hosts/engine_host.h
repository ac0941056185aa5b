// The containers of one engine: a network of their own, one container for each placed
// instance, with addresses that are known before they start.
//
// Everything has the label org.cutset.mark with a random word; the agent of this machine
// knows the word before anything is made, and removes all that has it when its lease
// ends.
//
// Invariant: containers are made by make_containers() and not before; they run only
// between start() and stop(), or as an agent does with them.
//
// Thread rule: one owner thread.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/config.h"
#include "injector/hosts/engine_client.h"
#include "injector/hosts/hosts_config.h"
#include "injector/hosts/instance_book.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class EngineHost {
 public:
  /// `agent` removes what is made; it must outlive the host. Error: no engine, a service
  /// without an image, an image that is not there.
  static Result<std::unique_ptr<EngineHost>> make(const Config& config,
                                                  const HostsConfig& hosts,
                                                  AgentClient& agent,
                                                  const StopSignal& stop);

  const EngineNetwork& network() const { return network_; }
  /// A new one on the network. Error: there are too many.
  Result<std::string> next_address();
  /// One for each place of the book.
  Status make_containers(const InstanceBook& book);

  /// Requires: make_containers() succeeded, and has the instance.
  agent::v1::ContainerInstance message(const InstanceKey& instance) const;
  EngineClient& engine() { return *engine_; }
  const std::map<InstanceKey, std::string>& containers() const { return containers_; }

 private:
  EngineHost(const Config& config, const HostsConfig& hosts)
      : config_(config), hosts_(hosts) {}
  Labels labels(const InstanceKey& instance) const;
  Result<ContainerSpec> spec(const InstanceKey& instance, const InstanceBook& book) const;

  const Config& config_;
  const HostsConfig hosts_;
  std::string mark_;
  std::map<std::string, std::string> images_;  // ids by service
  std::unique_ptr<EngineClient> engine_;
  EngineNetwork network_;
  uint32_t given_ = 0;
  std::map<InstanceKey, std::string> containers_;  // ids
};

}  // namespace cutset::injector
