// The answer's half of an exchange: from the callee to the caller, and the ways in which
// either fails.
#include <fmt/format.h>

#include "agent/proxy/client.h"
#include "agent/proxy/exchange.h"
#include "agent/proxy/own_answer.h"

namespace cutset::agent::proxy {

namespace {

constexpr size_t kMostHeld = size_t{1} << 20;

}  // namespace

void Exchange::on_request_taken(uint64_t bytes) {
  if (executed_ || bytes < head_size_) return;
  executed_ = true;
  call_.set_executed(true);
}

void Exchange::on_callee_drained() {
  client_.resume();
}

void Exchange::on_interim(std::string_view raw) {
  if (!delivered_ && !passed_) client_.send(raw);
}

void Exchange::on_answer_head(int status, std::string_view raw) {
  answer_begun_ = true;
  replayable_ = false;
  replay_ = std::string();
  status_ = status;
  take_answer(raw, true);
}

void Exchange::on_answer_content(std::string_view content) {
  if (call_.active()) digest_.add(content);
}

void Exchange::on_answer_body(std::string_view raw, bool last) {
  answer_complete_ = last;
  take_answer(raw, false);
}

void Exchange::take_answer(std::string_view raw, bool is_head) {
  switch (route_) {
    case AnswerRoute::kPass:
      before_answer();
      passed_ = true;
      client_.send(raw);
      if (client_.full() && upstream_ != nullptr) upstream_->pause_reading(true);
      return;
    case AnswerRoute::kHold:
      held_.append(raw);
      if (held_.size() > kMostHeld) upstream_->pause_reading(true);
      return;
    case AnswerRoute::kDiscard:
      return;
    case AnswerRoute::kFault:
      if (is_head) {
        fault_->on_answer_head(*this, raw);
      } else {
        fault_->on_answer_body(*this, raw);
      }
      return;
  }
}

void Exchange::on_answer_end(bool keep_alive) {
  answer_ended_ = true;
  keep_alive_ = keep_alive;
  const v1::Observed answered =
      observed_answer(status_, digest_.exact(), digest_.shape());
  call_.set_answered(answered);
  settle_callee();
  if (fault_ != nullptr) fault_->on_answer_end(*this);
  if (finished_ || route_ != AnswerRoute::kPass) {
    if (route_ == AnswerRoute::kHold) seen_ = answered;
    return;
  }
  seen_ = answered;
  delivered_ = true;
  try_finish();
}

void Exchange::settle_callee() {
  // After an early answer the rest of the request still belongs to the callee.
  if (upstream_ == nullptr || !answer_ended_ || !request_ended_) return;
  std::exchange(upstream_, nullptr)->release(keep_alive_);
}

void Exchange::try_finish() {
  if (finished_ || !delivered_ || client_.unsent() > 0 || client_.lost()) return;
  record_seen();
  if (!request_ended_ && keep_alive_) return;
  finish();
  client_.end_exchange(keep_alive_);
}

void Exchange::record_seen() {
  if (seen_recorded_) return;
  seen_recorded_ = true;
  call_.set_seen(seen_);
  // Before the caller could know: its next call, perhaps by another agent, is later.
  call_.end(body_key(), delivered_ ? client_.last_sent() : now());
}

void Exchange::on_callee_refused() {
  upstream_ = nullptr;
  client_.resume();
  call_.set_answered(observed(v1::Observed::REFUSED));
  if (fault_ != nullptr && fault_->on_callee_failed(*this)) return;
  fail_caller(v1::Observed::REFUSED);
}

void Exchange::on_answer_broken(const Breakage& breakage) {
  upstream_ = nullptr;
  client_.resume();
  if (tunnel_) {
    finish();
    return client_.end_with_reset();
  }
  if (may_retry(breakage)) {
    retried_ = true;
    executed_ = false;
    call_.set_executed(false);
    const std::string request = std::exchange(replay_, {});
    return contact(request, true);
  }
  keep_alive_ = false;
  call_.set_answered(observed(v1::Observed::RESET));
  if (fault_ != nullptr && fault_->on_callee_failed(*this)) return;
  if (breakage.garbage && !passed_) return answer_bad_gateway(breakage.reason);
  fail_caller(v1::Observed::RESET);
}

void Exchange::on_callee_left() {
  upstream_ = nullptr;
  client_.resume();
  keep_alive_ = false;
  try_finish();
}

void Exchange::fail_caller(v1::Observed::Kind kind) {
  if (route_ == AnswerRoute::kHold) {
    held_failure_ = kind;
    return;
  }
  before_answer();
  seen_ = observed(kind);
  record_seen();
  finish();
  client_.end_with_reset();
}

void Exchange::answer_bad_gateway(const std::string& reason) {
  if (route_ == AnswerRoute::kHold) {
    held_garbage_ = reason;
    return;
  }
  deliver_own(502, "text/plain",
              fmt::format("cutset: the answer of {} is not HTTP/1.1: {}\n", service_.name,
                          reason),
              false);
}

void Exchange::deliver_own(int status, std::string_view type, std::string_view body,
                           bool keep_alive) {
  before_answer();
  fault_ = nullptr;
  OwnAnswer answer;
  answer.status = status;
  answer.content_type = type;
  answer.body = body;
  answer.keep_alive = keep_alive && caller_keeps_alive_;
  answer.to_head_request = is_head_;
  client_.send(own_answer(answer));
  identity::BodyDigest digest;
  if (!is_head_ && !has_no_body(status)) digest.add(body);
  seen_ = observed_answer(status, digest.exact(), digest.shape());
  keep_alive_ = answer.keep_alive;
  delivered_ = true;
  try_finish();
}

void Exchange::on_switched() {
  if (route_ == AnswerRoute::kHold) {
    switched_ = true;
    upstream_->pause_reading(true);
    call_.set_answered(observed_answer(status_, digest_.exact(), digest_.shape()));
  } else if (route_ == AnswerRoute::kPass) {
    start_tunnel();
  } else {
    // The callee's part ends here: with this fault there will be no tunnel.
    std::exchange(upstream_, nullptr)->release(false);
    on_answer_end(false);
  }
}

void Exchange::start_tunnel() {
  tunnel_ = true;
  seen_ = observed_answer(status_, digest_.exact(), digest_.shape());
  call_.set_answered(seen_);
  record_seen();
  client_.start_tunnel();
}

void Exchange::on_tunnel_bytes(std::string_view bytes) {
  take_answer(bytes, false);
}

void Exchange::on_caller_tunnel_bytes(std::string_view bytes) {
  if (upstream_ == nullptr) return;
  upstream_->send(bytes);
  if (upstream_->full()) client_.pause_reading(true);
}

void Exchange::on_tunnel_end() {
  callee_tunnel_ended_ = true;
  if (route_ == AnswerRoute::kHold) return;
  client_.finish_sending();
  end_tunnel_if_both();
}

void Exchange::on_caller_tunnel_end() {
  caller_tunnel_ended_ = true;
  if (upstream_ != nullptr) upstream_->finish_sending();
  end_tunnel_if_both();
}

void Exchange::end_tunnel_if_both() {
  if (finished_ || !caller_tunnel_ended_ || !callee_tunnel_ended_) return;
  finish();
  client_.end_orderly();
}

}  // namespace cutset::agent::proxy
