// The proxies of the present controller: opened for it, closed with its lease.
//
// Thread rule: all functions may be called from any thread. close_all() makes a collect()
// that waits return.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "agent/ports.h"
#include "agent/proxy/proxy_engine.h"

namespace cutset::agent {

class Proxies {
 public:
  /// `state_folder`: for the folders that instances keep their data in.
  explicit Proxies(std::string state_folder) : state_folder_(std::move(state_folder)) {}

  /// Picks the ports that are left open, opens every proxy. Error names the service; what
  /// was opened before it stays open until close_all().
  Result<v1::OpenProxiesReply> open(const v1::OpenProxiesRequest& request);
  /// Empties the data folders that open() has made. Error: something stays.
  Result<v1::EmptyDataReply> empty_data();
  Result<v1::ArmRunReply> arm(const v1::ArmRunRequest& request);
  Result<v1::CollectRunReply> collect(const v1::CollectRunRequest& request);

  /// Lifts every fault. Returns how many.
  uint32_t lift_all();
  /// Lifts every fault and closes every proxy.
  void close_all();

  uint32_t armed_faults() const;
  /// "": none.
  std::string armed_run() const;
  /// See ProxyEngine::watch_call(). Error: no proxy is open.
  Result<std::unique_ptr<CallGate::Watch>> watch_call(const CallFilter& filter,
                                                      CallGate::Reached reached);
  /// See ProxyEngine::fail_calls(). Error: no proxy is open.
  Result<std::unique_ptr<CallGate::Watch>> fail_calls(
      const CallPattern& pattern, CallGate::Fired fired,
      std::shared_ptr<CallGate::Counts> counts);
  std::map<std::string, v1::OpenedProxy> opened() const;

 private:
  std::shared_ptr<ProxyEngine> engine() const;
  Result<std::shared_ptr<ProxyEngine>> engine_or_start();
  Status keep_chosen_ports_free(const v1::OpenProxiesRequest& request);
  Result<v1::OpenedProxy> open_one(ProxyEngine& engine, v1::ServicePlan plan);

  const std::string state_folder_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<ProxyEngine> engine_;
  std::map<std::string, v1::OpenedProxy> opened_;
  Ports ports_;
  int collecting_ = 0;
};

}  // namespace cutset::agent
