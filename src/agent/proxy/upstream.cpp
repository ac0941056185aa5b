#include "agent/proxy/upstream.h"

#include <algorithm>
#include <cerrno>

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/check.h"

namespace cutset::agent::proxy {

namespace {

constexpr size_t kMostIdle = 64;
// Servers close idle connections after 2 s at the earliest (many after 5 s): a connection
// that is used near that time may be closed just as a request is on its way.
constexpr Nanos kLongestIdle = 1500 * kMillisecond;

/// After the peer's end of stream: did its host take all that we sent? If not, it had
/// closed before.
bool peer_took_everything(int fd) {
  int error = 0;
  socklen_t length = sizeof(error);
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  int unacknowledged = 0;
  if (::ioctl(fd, SIOCOUTQ, &unacknowledged) != 0) return true;
  return error == 0 && unacknowledged == 0;
}

}  // namespace

UpstreamConnection::UpstreamConnection(Loop& loop, Fd fd, UpstreamPool& pool)
    : Connection(loop, std::move(fd), true),
      pool_(pool),
      framer_(HttpFramer::Kind::kResponse, [this](std::string_view content) {
        if (listener_ != nullptr) listener_->on_answer_content(content);
      }) {}

void UpstreamConnection::attach(AnswerListener* listener, bool head_request,
                                bool connect_request) {
  CHECK(listener_ == nullptr);
  listener_ = listener;
  ++exchanges_;
  head_request_ = head_request;
  connect_request_ = connect_request;
  framer_.start(head_request, connect_request);
  restart_taken();
}

void UpstreamConnection::release(bool reusable) {
  listener_ = nullptr;
  if (!open()) return;
  if (reusable && connected_ && !tunnel_ && unsent() == 0 && !write_failed()) {
    pause_reading(false);
    idle_since_ = now();
    pool_.keep(this);
  } else {
    close();
  }
}

bool UpstreamConnection::stale() const {
  if (!open() || write_failed()) return true;
  char byte = 0;
  const ssize_t got = ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || errno != EAGAIN;
}

void UpstreamConnection::on_connected() {
  connected_ = true;
  if (listener_ == nullptr) return close();
  listener_->on_request_taken(taken());
  if (listener_ != nullptr && open()) listener_->on_callee_drained();
}

void UpstreamConnection::on_connect_failed(int /*error*/) {
  AnswerListener* const listener = std::exchange(listener_, nullptr);
  close();
  if (listener != nullptr) listener->on_callee_refused();
}

void UpstreamConnection::on_drained() {
  if (listener_ == nullptr) return;
  listener_->on_request_taken(taken());
  if (listener_ != nullptr) listener_->on_callee_drained();
}

void UpstreamConnection::on_bytes(std::string_view bytes) {
  if (listener_ == nullptr) return close();  // nobody has asked
  if (tunnel_) return listener_->on_tunnel_bytes(bytes);
  // More than was asked for: the connection is of no further use.
  if (framer_.done()) return give_up({});
  while (!bytes.empty() && take_step(bytes)) {
  }
}

bool UpstreamConnection::take_step(std::string_view& bytes) {
  if (tunnel_) {
    listener_->on_tunnel_bytes(bytes);
    return false;
  }
  const HttpFramer::Step step = framer_.feed(bytes);
  // The content callback may have ended the exchange.
  if (listener_ == nullptr || !open()) return false;
  const std::string_view raw = bytes.substr(0, step.consumed);
  bytes.remove_prefix(step.consumed);
  switch (step.event) {
    case HttpFramer::Event::kError: {
      Breakage breakage;
      breakage.garbage = true;
      breakage.reason = framer_.error();
      give_up(breakage);
      return false;
    }
    case HttpFramer::Event::kHead:
      return take_head(bytes);
    case HttpFramer::Event::kMore:
      if (framer_.head_seen()) listener_->on_answer_body(raw, false);
      return listener_ != nullptr && open();
    case HttpFramer::Event::kEnd:
      listener_->on_answer_body(raw, true);
      if (listener_ != nullptr && open()) finish_answer(!bytes.empty());
      return false;
  }
  CHECK(false);
}

bool UpstreamConnection::take_head(std::string_view rest) {
  const int status = framer_.status();
  if (status / 100 == 1 && status != 101) {
    listener_->on_interim(framer_.head());
    if (listener_ == nullptr || !open()) return false;
    framer_.start(head_request_, connect_request_);
    return true;
  }
  const bool switches = status == 101 || (connect_request_ && status / 100 == 2);
  listener_->on_answer_head(status, framer_.head());
  if (listener_ == nullptr || !open()) return false;
  if (switches) {
    tunnel_ = true;
    listener_->on_switched();
    return listener_ != nullptr && open();
  }
  if (!framer_.done()) return true;
  finish_answer(!rest.empty());
  return false;
}

void UpstreamConnection::finish_answer(bool more_came) {
  listener_->on_answer_end(framer_.keep_alive() && !more_came);
}

void UpstreamConnection::on_eof() {
  if (listener_ == nullptr) return close();
  if (tunnel_) return listener_->on_tunnel_end();
  if (framer_.done()) return give_up({});
  const bool nothing_came = !framer_.started();
  if (framer_.end_of_stream() && listener_ != nullptr) return finish_answer(true);
  Breakage breakage;
  breakage.never_taken = nothing_came && (taken() == 0 || !peer_took_everything(fd()));
  give_up(breakage);
}

void UpstreamConnection::on_broken(int error) {
  Breakage breakage;
  if (!framer_.started()) {
    breakage.never_taken = write_failed() && taken() == 0;
    breakage.peer_reset = error == ECONNRESET || error == EPIPE;
  }
  give_up(breakage);
}

void UpstreamConnection::give_up(const Breakage& breakage) {
  AnswerListener* const listener = std::exchange(listener_, nullptr);
  const bool answered = !tunnel_ && framer_.done();
  close();
  if (listener == nullptr) return;
  if (answered) {
    listener->on_callee_left();
  } else {
    listener->on_answer_broken(breakage);
  }
}

void UpstreamConnection::on_closed() {
  pool_.forget(this);
}

UpstreamPool::~UpstreamPool() = default;

UpstreamConnection* UpstreamPool::get(bool fresh) {
  while (!fresh && !idle_.empty()) {
    UpstreamConnection* const connection = idle_.back();
    idle_.pop_back();
    const bool fresh_enough = now() - connection->idle_since() < kLongestIdle;
    if (fresh_enough && !connection->stale()) return connection;
    connection->drop();
  }
  Fd fd = begin_connect(callee_);
  if (!fd.valid()) return nullptr;
  auto connection = std::make_unique<UpstreamConnection>(loop_, std::move(fd), *this);
  if (!connection->start()) return nullptr;
  UpstreamConnection* const raw = connection.get();
  all_.emplace(raw, std::move(connection));
  return raw;
}

void UpstreamPool::keep(UpstreamConnection* connection) {
  if (idle_.size() >= kMostIdle) return connection->drop();
  idle_.push_back(connection);
}

void UpstreamPool::forget(UpstreamConnection* connection) {
  idle_.erase(std::remove(idle_.begin(), idle_.end(), connection), idle_.end());
  const auto node = all_.extract(connection);
  if (!node.empty()) loop_.bury(std::move(node.mapped()));
}

void UpstreamPool::close_idle() {
  while (!idle_.empty()) idle_.back()->drop();
}

}  // namespace cutset::agent::proxy
