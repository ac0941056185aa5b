// What a planned fault may do to an exchange.
#include "agent/proxy/client.h"
#include "agent/proxy/exchange.h"

namespace cutset::agent::proxy {

namespace {

constexpr std::string_view kInjectedBody = "{\"error\":\"injected by cutset\"}\n";

}  // namespace

void Exchange::fired() {
  if (pattern_hit_ != 0) {
    context_.patterns.fired(pattern_hit_);
  } else {
    call_.fired();
  }
}

void Exchange::answer_caller(int status) {
  // Nothing of the callee's answer is on its way to the caller, so the connection stays
  // in order.
  deliver_own(status, "application/json", kInjectedBody, true);
}

void Exchange::pass_to_caller(std::string_view bytes) {
  if (!bytes.empty()) before_answer();
  passed_ = passed_ || !bytes.empty();
  client_.send(bytes);
}

void Exchange::release_after(int milliseconds) {
  release_timer_ = context_.loop.call_at(arrival_ + milliseconds * kMillisecond, [this] {
    release_timer_ = TimerQueue::Id();
    release();
  });
}

void Exchange::release() {
  context_.loop.cancel(release_timer_);
  fault_ = nullptr;
  route_ = AnswerRoute::kPass;
  if (held_garbage_.has_value()) return answer_bad_gateway(*held_garbage_);
  if (!held_.empty()) pass_to_caller(std::exchange(held_, {}));
  if (held_failure_.has_value()) return fail_caller(*held_failure_);
  if (switched_) start_tunnel();
  if (answer_ended_) {
    delivered_ = true;
    return try_finish();
  }
  if (callee_tunnel_ended_) on_tunnel_end();
  if (upstream_ != nullptr && !client_.full()) upstream_->pause_reading(false);
}

void Exchange::reset_caller() {
  // The callee has answered, although the rest of it may never be read.
  if (answer_begun_ && !answer_ended_ && upstream_ != nullptr) {
    call_.set_answered(answer_complete_
                           ? observed_answer(status_, digest_.exact(), digest_.shape())
                           : observed_answer(status_, 0, 0));
  }
  fail_caller(v1::Observed::RESET);
}

void Exchange::hang_up() {
  before_answer();
  finish();
  client_.end_orderly();
}

void Exchange::on_lifted() {
  if (finished_) return;
  if (waits_for_body_) {
    // It was never part of the run: it goes on as an unmarked request.
    call_.leave();
    return decide();
  }
  if (request_hold_ != nullptr) planned_ = nullptr;
  if (fault_ != nullptr && pattern_hit_ == 0) fault_->on_lifted(*this);
}

void Exchange::on_pattern_lifted() {
  if (!finished_ && fault_ != nullptr) fault_->on_lifted(*this);
}

}  // namespace cutset::agent::proxy
