// reset: the caller gets the head of the callee's answer and half of the first bytes of
// its body, then a reset. The head's last byte is kept back until a body begins: a caller
// must never take an answer without a body for complete.
#include "agent/proxy/faults/request_fault.h"

namespace cutset::agent::proxy {

namespace {

constexpr std::string_view kLastOfHead = "\n";

class ResetFault final : public RequestFault {
 public:
  AnswerRoute route() const override { return AnswerRoute::kFault; }

  void on_answer_head(FaultedCall& call, std::string_view raw) const override {
    call.pass_to_caller(raw.substr(0, raw.size() - kLastOfHead.size()));
  }
  void on_answer_body(FaultedCall& call, std::string_view raw) const override {
    call.pass_to_caller(kLastOfHead);
    call.pass_to_caller(raw.substr(0, raw.size() / 2));
    on_answer_end(call);
  }
  void on_answer_end(FaultedCall& call) const override {
    call.fired();
    call.reset_caller();
  }
  bool on_callee_failed(FaultedCall& call) const override {
    if (!call.answer_begun()) return false;
    on_answer_end(call);
    return true;
  }
  void on_lifted(FaultedCall& call) const override {
    if (call.answer_begun()) call.pass_to_caller(kLastOfHead);
    call.release();
  }
};

}  // namespace

const RequestFault& reset_fault() {
  static const ResetFault kFault;
  return kFault;
}

}  // namespace cutset::agent::proxy
