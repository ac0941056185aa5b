#include "agent/proxy/client.h"

#include "agent/proxy/own_answer.h"
#include "agent/proxy/socket.h"
#include "base/check.h"

namespace cutset::agent::proxy {

namespace {

// How long the peer has to take the end of what was sent before the connection is closed
// hard.
constexpr Nanos kLinger = 2 * kSecond;
// How long a request's head may take from its first byte.
constexpr Nanos kHeadTime = 60 * kSecond;
constexpr size_t kMostPending = 64 * 1024;

}  // namespace

ClientConnection::ClientConnection(ProxyContext& context,
                                   std::shared_ptr<Service> service, Fd fd, bool entry)
    : Connection(context.loop, std::move(fd), false),
      context_(context),
      service_(std::move(service)),
      framer_(HttpFramer::Kind::kRequest,
              [this](std::string_view content) {
                if (exchange_ != nullptr) exchange_->on_request_content(content);
              }),
      entry_(entry) {}

ClientConnection::~ClientConnection() {
  context_.loop.cancel(timer_);
  forget_hold();
}

void ClientConnection::drop() {
  if (exchange_ != nullptr) exchange_->on_caller_gone();
  close();
}

void ClientConnection::on_bytes(std::string_view bytes) {
  if (state_ == State::kEnding) return;  // nobody will answer it
  if (state_ == State::kTunnel) return exchange_->on_caller_tunnel_bytes(bytes);
  pending_.append(bytes);
  process();
}

void ClientConnection::process() {
  // An exchange that ends within a step comes back here: the loop below goes on.
  if (processing_) return;
  processing_ = true;
  while (open() && !pending_.empty() &&
         (state_ == State::kHead || state_ == State::kBody)) {
    take_step();
  }
  processing_ = false;
  if (!open() || state_ == State::kEnding) return;
  adjust_reading();
  watch_head();
}

void ClientConnection::take_step() {
  const HttpFramer::Step step = framer_.feed(pending_.view());
  switch (step.event) {
    case HttpFramer::Event::kError:
      return refuse_garbage(framer_.error());
    case HttpFramer::Event::kHead:
      pending_.take(step.consumed);
      take_head();
      break;
    case HttpFramer::Event::kMore:
    case HttpFramer::Event::kEnd:
      if (state_ == State::kBody) {
        exchange_->on_request_body(pending_.view().substr(0, step.consumed));
      }
      if (open() && state_ != State::kEnding) pending_.take(step.consumed);
      break;
  }
  if (open() && state_ == State::kBody && framer_.done()) {
    state_ = State::kAnswer;
    exchange_->on_request_end();
  }
}

void ClientConnection::take_head() {
  context_.loop.cancel(timer_);
  state_ = State::kBody;
  exchange_ = std::make_unique<Exchange>(context_, *service_, *this);
  exchange_->on_request_head(framer_, entry_);
}

void ClientConnection::refuse_garbage(const std::string& reason) {
  if (exchange_ != nullptr) {
    state_ = State::kAnswer;  // nothing more is parsed
    return exchange_->on_request_garbage(reason);
  }
  const std::string body = "cutset: the request is not HTTP/1.1: " + reason + "\n";
  OwnAnswer answer;
  answer.status = 400;
  answer.body = body;
  send(own_answer(answer));
  end_orderly();
}

void ClientConnection::adjust_reading() {
  const bool wait_for_callee = exchange_ != nullptr && exchange_->callee_full();
  pause_reading(wait_for_callee || pending_.size() >= kMostPending);
}

void ClientConnection::watch_head() {
  if (state_ != State::kHead || !framer_.started() || timer_ != TimerQueue::Id()) return;
  timer_ = context_.loop.call_at(now() + kHeadTime, [this] {
    timer_ = TimerQueue::Id();
    refuse_garbage("its head did not end within 60 s");
  });
}

void ClientConnection::resume() {
  if (!open() || state_ == State::kEnding) return;
  adjust_reading();
}

void ClientConnection::bury_exchange() {
  if (exchange_ == nullptr) return;
  CHECK(exchange_->finished());
  context_.loop.bury(std::move(exchange_));
}

void ClientConnection::end_exchange(bool keep_alive) {
  bury_exchange();
  if (!keep_alive || !framer_.done() || !framer_.keep_alive()) return end_orderly();
  state_ = State::kHead;
  framer_.start();
  process();
}

void ClientConnection::end_orderly() {
  bury_exchange();
  state_ = State::kEnding;
  pending_.clear();
  pause_reading(false);
  finish_sending();
  close_later(kLinger);
}

void ClientConnection::end_with_reset() {
  bury_exchange();
  state_ = State::kEnding;
  pending_.clear();
  pause_reading(false);
  close_later(kLinger);
  reset_when_sent();
}

void ClientConnection::hold_sending(std::shared_ptr<Hold> hold) {
  CHECK(hold_ == nullptr);
  hold_ = std::move(hold);
  cork();
  hold_->set_on_open([this] { on_sending_released(); });
}

void ClientConnection::on_sending_released() {
  hold_.reset();
  const Nanos linger = std::exchange(linger_, 0);
  if (linger > 0) close_later(linger);
  uncork();
}

void ClientConnection::forget_hold() {
  if (hold_ == nullptr) return;
  hold_->forget();
  hold_.reset();
}

std::string ClientConnection::peer_address() const {
  return peer_address_of(fd());
}

void ClientConnection::close_later(Nanos delay) {
  context_.loop.cancel(timer_);
  if (hold_ != nullptr) {
    linger_ = delay;
    return;
  }
  timer_ = context_.loop.call_at(now() + delay, [this] {
    timer_ = TimerQueue::Id();
    close_with_reset();
  });
}

void ClientConnection::start_tunnel() {
  state_ = State::kTunnel;
  if (!pending_.empty()) exchange_->on_caller_tunnel_bytes(pending_.view());
  pending_.clear();
  if (open() && state_ == State::kTunnel) adjust_reading();
}

void ClientConnection::caller_gone() {
  if (exchange_ != nullptr) exchange_->on_caller_gone();
  bury_exchange();
  close();
}

void ClientConnection::on_eof() {
  if (state_ == State::kTunnel) return exchange_->on_caller_tunnel_end();
  caller_gone();
}

void ClientConnection::on_broken(int /*error*/) {
  caller_gone();
}

void ClientConnection::on_drained() {
  if (exchange_ != nullptr) exchange_->on_caller_drained();
}

void ClientConnection::on_closed() {
  context_.loop.cancel(timer_);
  forget_hold();
  bury_exchange();
  const auto node = context_.clients.extract(this);
  if (!node.empty()) context_.loop.bury(std::move(node.mapped()));
}

}  // namespace cutset::agent::proxy
