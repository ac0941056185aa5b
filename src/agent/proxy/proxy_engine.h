// The reverse proxies of one agent: one listener for each service, all on one event-loop
// thread.
//
// Bytes are passed through; a request that carries our mark (`tracestate:
// cutset=<run>.<handle>`, or the same as a member of `baggage`) and belongs to the armed
// run gets an identity (identity/call_id.h), is recorded, and may meet a planned fault.
// Other requests pass untouched, unless a pattern of the plan means them.
//
// Invariants:
// 1. At most one run is armed. Faults of a run are in place before arm() returns and gone
// before
//    collect() or lift_all() returns.
// 2. A fault fires only on a call of the armed run with exactly the planned identity, or
//    on one that a pattern of the plan means, of a run or not.
// 3. No request waits for the controller, but for one that a plan waits for: it is held
//    until its step is in place or the watch has ended.
//
// Thread rule: all functions may be called from any thread; they hand work to the loop
// thread and wait for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cutset/agent/v1/agent.pb.h"

#include "agent/plan/call_gate.h"
#include "agent/proxy/call_filter.h"
#include "base/result.h"

namespace cutset::agent {

class ProxyEngine {
 public:
  /// Starts the loop thread.
  static Result<std::unique_ptr<ProxyEngine>> start();
  /// Lifts every fault, closes every connection, joins the thread.
  ~ProxyEngine();
  ProxyEngine(const ProxyEngine&) = delete;
  ProxyEngine& operator=(const ProxyEngine&) = delete;

  /// Opens the proxy and entry listeners of a service and picks free ports where the plan
  /// leaves them open. Error: bad address, address in use (names it).
  Result<v1::OpenedProxy> open(const v1::ServicePlan& plan);

  /// Error: a run is armed already, a malformed run name, call identity or mode (names
  /// the fault).
  Result<v1::ArmRunReply> arm(const v1::ArmRunRequest& request);

  /// Blocks until the run is quiet or the limit passed. `ended` is left empty. Error:
  /// this run is not armed.
  Result<v1::CollectRunReply> collect(const v1::CollectRunRequest& request);

  /// Lifts every fault of an armed run and forgets the run; held calls are released.
  /// Returns how many faults were lifted.
  uint32_t lift_all();
  uint32_t armed_faults() const;
  /// "": none.
  std::string armed_run() const;

  /// Counts calls from now on, of a run or not; the nth (or its answer) is held until it
  /// is released. `reached` is called on the loop's thread. Returns the watch's number.
  uint64_t watch_call(const CallFilter& filter, CallGate::Reached reached);
  /// `reached` is not called any more, and what is held goes on.
  void unwatch_call(uint64_t watch);

  /// Counts calls from now on, of a run or not; those that the pattern means fail.
  /// `fired` is called on the loop's thread. Returns the pattern's number.
  uint64_t fail_calls(const CallPattern& pattern, CallGate::Fired fired,
                      std::shared_ptr<CallGate::Counts> counts);
  /// `fired` is not called any more; what it did to calls that are open is lifted.
  void lift_calls(uint64_t pattern);

 private:
  class Impl;
  explicit ProxyEngine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::agent
