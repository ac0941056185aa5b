// refuse: the caller's connection is reset as soon as the head of the request was read,
// before any byte of an answer; the callee is never contacted. (The connection itself was
// accepted: which call it would carry is known only from the request.)
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

class RefuseFault final : public RequestFault {
 public:
  bool contacts_callee() const override { return false; }
  AnswerRoute route() const override { return AnswerRoute::kDiscard; }

  void on_matched(FaultedCall& call) const override {
    call.fired();
    call.refuse_caller();
  }
  void on_lifted(FaultedCall& call) const override { call.hang_up(); }
};

}  // namespace

const RequestFault& refuse_fault() {
  static const RefuseFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
