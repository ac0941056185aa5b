// The system under test, brought up through the agent: proxies, services in the order of
// the file, readiness of every one, and a restart of what ended by itself.
//
// Invariants:
// 1. bring_up() opens the proxies once; addresses do not change afterwards.
// 2. After ensure_up() every service runs and has said that it is ready.
//
// Thread rule: one owner thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "injector/address_book.h"
#include "injector/agent_client.h"
#include "injector/config.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class LiveSystem {
 public:
  /// All must outlive the system. `otlp_address` may be "".
  LiveSystem(const Config& config, AgentClient& agent, std::string otlp_address,
             const StopSignal& stop);

  /// Error: unavailable: which service, why, the end of its log; interrupted.
  Status bring_up();
  /// Starts again what ended and waits for it; says so in `notes`.
  Status ensure_up(std::vector<std::string>& notes);
  /// Ends every service. What is down already is fine.
  Status stop();

  const AddressBook& addresses() const { return addresses_; }

  /// Log positions for log_since(). Only these services are asked.
  Status mark_logs(const std::set<std::string>& services);
  /// The output of a service since mark_logs().
  Result<std::string> log_since_mark(const std::string& service);

 private:
  Status open_proxies();
  Status start(const ServiceConfig& service);
  Status await(const std::vector<const ServiceConfig*>& services);
  Result<std::set<std::string>> running();
  Result<int64_t> log_end(const std::string& service);
  Result<std::string> read_log(const std::string& service, int64_t offset);
  std::string last_lines(const std::string& service);

  const Config& config_;
  AgentClient& agent_;
  const StopSignal& stop_;
  AddressBook addresses_;
  std::map<std::string, int64_t> log_at_start_;
  std::map<std::string, int64_t> log_marks_;
};

}  // namespace cutset::injector
