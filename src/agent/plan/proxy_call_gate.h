// The gate of calls (agent/plan/call_gate.h) on the reverse proxies of this agent.
//
// Counted are the calls that the proxy of the callee has read and is about to pass on, of
// the armed run or not. Who made a call is told by its mark, if the work it belongs to
// passed a proxy of this agent; else by the address it comes from, if nobody else of the
// plan has it.
//
// Thread rule: all functions from any thread.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "agent/plan/call_gate.h"
#include "agent/proxy/call_filter.h"

namespace cutset::agent {

class Instances;
class Proxies;

class ProxyCallGate final : public CallGate {
 public:
  /// Requires: both outlive the gate.
  ProxyCallGate(const Instances& instances, Proxies& proxies)
      : instances_(instances), proxies_(proxies) {}

  Status check(const v1::CallTrigger& trigger) override;
  Result<std::unique_ptr<Watch>> watch(const v1::CallTrigger& trigger,
                                       Reached reached) override;
  Status check(const v1::RequestAction& action) override;
  Result<std::unique_ptr<Watch>> fail(const v1::RequestAction& action, Fired fired,
                                      std::shared_ptr<Counts> counts) override;

 private:
  Status check_proxy(const std::string& callee) const;
  Status check_caller(const std::string& caller) const;
  CallFilter filter_of(const std::string& callee, const std::string& caller,
                       const std::string& signature, uint64_t nth) const;
  /// Empty unless they are the caller's alone; `shared_with` is set to who has one too.
  std::set<std::string> addresses_of(const std::string& caller,
                                     std::string* shared_with = nullptr) const;

  const Instances& instances_;
  Proxies& proxies_;
};

}  // namespace cutset::agent
