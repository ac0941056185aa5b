// A call that somebody counts; it, or its answer, is held until what waits for it is in
// place.
#include "agent/proxy/client.h"
#include "agent/proxy/exchange.h"
#include "identity/signature.h"

namespace cutset::agent::proxy {

void Exchange::note_arrival() {
  if (context_.watches.empty() && context_.patterns.empty()) return;
  const std::string target = printable(head_->target());
  const std::string method(head_->method());
  arrived_ = std::make_unique<ArrivedCall>();
  arrived_->callee = service_.name;
  arrived_->signature = identity::request_shape(method, target).signature;
  arrived_->path = method + " " + target.substr(0, target.find_first_of("?#"));
  arrived_->caller = call_.caller();
  arrived_->address = client_.peer_address();
}

bool Exchange::is_request_held() {
  if (arrived_ == nullptr) return false;
  const auto hold = std::make_shared<Hold>();
  awaited_by_ = context_.watches.on_call(*arrived_, hold);
  if (!hold->locked()) return false;
  request_hold_ = hold;
  hold->set_on_open([this] { on_request_released(); });
  return true;
}

void Exchange::on_request_released() {
  request_hold_.reset();
  go_on();
  if (finished_) return;
  if (request_ended_) return settle_request();
  client_.resume();
}

void Exchange::forget_request_hold() {
  if (request_hold_ == nullptr) return;
  request_hold_->forget();
  request_hold_.reset();
}

void Exchange::before_answer() {
  if (awaited_by_.empty()) return;
  const auto hold = std::make_shared<Hold>();
  context_.watches.on_answer(std::exchange(awaited_by_, {}), hold);
  if (hold->locked()) client_.hold_sending(hold);
}

}  // namespace cutset::agent::proxy
