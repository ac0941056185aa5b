// error_after(status): the callee does its work and answers; that answer is lost, the
// caller gets `status` instead.
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

class ErrorAfterFault final : public RequestFault {
 public:
  AnswerRoute route() const override { return AnswerRoute::kDiscard; }

  void on_answer_end(FaultedCall& call) const override {
    call.fired();
    call.answer_caller(call.mode().status);
  }
  // What the caller is to see does not depend on how the callee itself fares.
  bool on_callee_failed(FaultedCall& call) const override {
    on_answer_end(call);
    return true;
  }
  void on_lifted(FaultedCall& call) const override {
    if (call.answer_begun()) {
      call.hang_up();
    } else {
      call.release();
    }
  }
};

}  // namespace

const RequestFault& error_after_fault() {
  static const ErrorAfterFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
