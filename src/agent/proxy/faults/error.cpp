// error(status): the caller gets an answer with `status`, the callee is never contacted.
// The request is read to its end first, so that the caller's connection stays usable.
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

class ErrorFault final : public RequestFault {
 public:
  bool contacts_callee() const override { return false; }
  AnswerRoute route() const override { return AnswerRoute::kDiscard; }

  void on_request_read(FaultedCall& call) const override {
    call.fired();
    call.answer_caller(call.mode().status);
  }
  // Part of the request may be gone already: it cannot go to the callee any more.
  void on_lifted(FaultedCall& call) const override { call.hang_up(); }
};

}  // namespace

const RequestFault& error_fault() {
  static const ErrorFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
