// timeout: the callee does its work and answers; the caller gets nothing until it gives
// up. The answer will never be delivered, so it is digested and not kept.
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

class TimeoutFault final : public RequestFault {
 public:
  AnswerRoute route() const override { return AnswerRoute::kDiscard; }

  void on_matched(FaultedCall& call) const override { call.fired(); }
  // A refused connection is silence to the caller as well.
  bool on_callee_failed(FaultedCall& /*call*/) const override { return true; }
  void on_lifted(FaultedCall& call) const override { call.hang_up(); }
};

}  // namespace

const RequestFault& timeout_fault() {
  static const TimeoutFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
