// delay(ms): the callee's answer is delivered no earlier than `ms` after the request
// arrived.
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

class DelayFault final : public RequestFault {
 public:
  AnswerRoute route() const override { return AnswerRoute::kHold; }

  void on_matched(FaultedCall& call) const override {
    call.fired();
    call.release_after(call.mode().milliseconds);
  }
  void on_lifted(FaultedCall& call) const override { call.release(); }
};

}  // namespace

const RequestFault& delay_fault() {
  static const DelayFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
