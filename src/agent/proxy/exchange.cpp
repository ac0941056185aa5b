#include "agent/proxy/exchange.h"

#include <fmt/format.h>

#include "agent/proxy/client.h"
#include "base/check.h"

namespace cutset::agent::proxy {

namespace {

// A request of more bytes is not kept for a second attempt.
constexpr size_t kLongestReplay = 64 * 1024;
// Chunk framing of a body that is read before the identity is known must not cost
// unbounded memory.
constexpr size_t kMostUndecided = 512 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

bool is_safe(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

}  // namespace

Exchange::Exchange(ProxyContext& context, Service& service, ClientConnection& client)
    : context_(context), service_(service), client_(client) {}

Exchange::~Exchange() {
  forget_request_hold();
}

void Exchange::on_request_head(HttpFramer& request, bool entry) {
  arrival_ = now();
  is_head_ = request.is_head_request();
  is_connect_ = request.is_connect();
  is_safe_method_ = is_safe(request.method());
  caller_keeps_alive_ = request.keep_alive();
  head_ = std::make_unique<RequestHead>(std::move(request.head()));
  call_.begin(context_, service_.name, *head_, entry, arrival_, this);
  waits_for_body_ = call_.keyed() && request.has_body();
  if (!waits_for_body_) return decide();
  // Whoever asks before sending the body would wait for ever: the callee has not been
  // asked yet.
  if (head_->has("expect")) {
    said_continue_ = true;
    client_.send(kContinue);
  }
}

std::optional<uint64_t> Exchange::body_key() const {
  if (hashed_ == 0) return std::nullopt;
  return body_hash_.value();
}

void Exchange::on_request_content(std::string_view content) {
  if (!call_.active() || hashed_ >= kKeyedBody) return;
  content = content.substr(0, kKeyedBody - hashed_);
  body_hash_.add(content);
  hashed_ += content.size();
}

void Exchange::on_request_body(std::string_view raw) {
  if (finished_) return;
  if (!waits_for_body_ && request_hold_ == nullptr) return send_to_callee(raw);
  undecided_.append(raw);
  if (request_hold_ != nullptr) return;
  if (hashed_ >= kKeyedBody || undecided_.size() > kMostUndecided) decide();
}

void Exchange::on_request_end() {
  if (finished_) return;
  request_ended_ = true;
  if (waits_for_body_) decide();
  if (finished_ || request_hold_ != nullptr) return;
  settle_request();
}

void Exchange::settle_request() {
  if (fault_ != nullptr) fault_->on_request_read(*this);
  if (finished_) return;
  settle_callee();
  try_finish();
}

void Exchange::decide() {
  waits_for_body_ = false;
  std::string request(head_->raw());
  if (call_.active()) {
    planned_ = call_.identify(body_key());
    request = call_.changed_head(*head_, said_continue_);
  }
  asks_first_ = !said_continue_ && head_->has("expect");
  head_size_ = request.size();
  undecided_.insert(0, request);
  note_arrival();
  const bool held = is_request_held();
  head_.reset();
  if (!held) go_on();
}

void Exchange::go_on() {
  const std::string request = std::exchange(undecided_, {});
  choose_fault();
  if (mode_.has_value()) {
    fault_ = &fault_for(mode_->action);
    route_ = fault_->route();
    fault_->on_matched(*this);
    if (finished_) return;
    if (fault_ != nullptr && !fault_->contacts_callee()) {
      if (asks_first_) client_.send(kContinue);
      return;
    }
  }
  contact(request, false);
}

// Here and not in decide(): what a call that is held has begun is to hit it too.
void Exchange::choose_fault() {
  if (planned_ != nullptr) mode_ = planned_->mode;
  const auto arrived = std::exchange(arrived_, nullptr);
  if (arrived == nullptr) return;
  const auto hit = context_.patterns.on_call(*arrived, mode_.has_value(),
                                             [this] { on_pattern_lifted(); });
  if (!hit.has_value()) return;
  mode_ = hit->mode;
  pattern_hit_ = hit->number;
}

void Exchange::contact(std::string_view request, bool fresh) {
  upstream_ = service_.pool.get(fresh);
  if (upstream_ == nullptr) return on_callee_refused();
  upstream_->attach(this, is_head_, is_connect_);
  replayable_ = upstream_->reused();
  send_to_callee(request);
}

void Exchange::send_to_callee(std::string_view bytes) {
  if (upstream_ == nullptr) return;
  if (replayable_) {
    if (replay_.size() + bytes.size() <= kLongestReplay) {
      replay_.append(bytes);
    } else {
      replayable_ = false;
      replay_ = std::string();
    }
  }
  upstream_->send(bytes);
  on_request_taken(upstream_->taken());
}

bool Exchange::may_retry(const Breakage& breakage) const {
  // A callee closes an idle connection just as a request is on its way: a connection of
  // the caller's own would have been closed in time, so this must not show. What may have
  // been executed is never sent twice: either the callee's host took nothing, or the
  // method is one that changes nothing and a reset says that the request was most likely
  // not read.
  const bool not_begun = breakage.never_taken || (breakage.peer_reset && is_safe_method_);
  return replayable_ && !retried_ && !answer_begun_ && !breakage.garbage && not_begun;
}

void Exchange::on_request_garbage(const std::string& reason) {
  if (finished_) return;
  waits_for_body_ = false;
  forget_request_hold();
  if (upstream_ != nullptr) std::exchange(upstream_, nullptr)->release(false);
  if (passed_) return fail_caller(v1::Observed::RESET);
  route_ = AnswerRoute::kDiscard;
  deliver_own(
      400, "text/plain",
      fmt::format("cutset: the body of the request is not HTTP/1.1: {}\n", reason),
      false);
}

void Exchange::on_caller_gone() {
  if (finished_) return;
  if (!seen_recorded_ && !tunnel_) {
    call_.set_seen(observed(v1::Observed::TIMEOUT));
    call_.note_abandoned();
  }
  // As on a direct connection: the callee sees its caller leave.
  finish();
}

void Exchange::on_caller_drained() {
  if (finished_) return;
  if (upstream_ != nullptr && route_ != AnswerRoute::kHold && !client_.full()) {
    upstream_->pause_reading(false);
  }
  try_finish();
}

void Exchange::finish() {
  finished_ = true;
  context_.loop.cancel(release_timer_);
  forget_request_hold();
  if (pattern_hit_ != 0) context_.patterns.end(pattern_hit_);
  if (upstream_ != nullptr) std::exchange(upstream_, nullptr)->release(false);
  call_.end(body_key(), now());
}

}  // namespace cutset::agent::proxy
