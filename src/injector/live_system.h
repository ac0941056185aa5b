// The system under test, brought up through the agents of its hosts: proxies, services in
// the order of the file, readiness of every one, and a restart of what ended by itself.
//
// Invariants:
// 1. bring_up() opens the proxies once; addresses do not change afterwards.
// 2. After ensure_up() every service runs and has said that it is ready.
//
// Thread rule: one owner thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/address_book.h"
#include "injector/agent_client.h"
#include "injector/config.h"
#include "injector/hosts/host_set.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class LiveSystem {
 public:
  /// All must outlive the system.
  LiveSystem(const Config& config, HostSet& hosts, const StopSignal& stop);

  /// Error: unavailable: which service, why, the end of its log; interrupted.
  Status bring_up();
  /// Starts again what ended and waits for it; says so in `notes`.
  Status ensure_up(std::vector<std::string>& notes);
  /// Ends every service. What is down already is fine.
  Status stop();

  const AddressBook& addresses() const { return addresses_; }

  /// Log positions for log_since(): of the first instance of each of these services.
  Status mark_logs(const std::set<std::string>& services);
  /// The output of a service since mark_logs().
  Result<std::string> log_since_mark(const std::string& service);

 private:
  Status place();
  Status start(const InstanceKey& instance);
  Status await(const std::vector<InstanceKey>& instances);
  std::string name_of(const InstanceKey& instance) const;
  std::string last_lines(const InstanceKey& instance);

  const Config& config_;
  HostSet& hosts_;
  const StopSignal& stop_;
  AddressBook addresses_;
  std::unique_ptr<InstanceRunner> runner_;
  std::vector<InstanceKey> instances_;  // services as in the file, their slots from 0
  std::map<InstanceKey, int64_t> log_at_start_;
  std::map<std::string, int64_t> log_marks_;
};

}  // namespace cutset::injector
