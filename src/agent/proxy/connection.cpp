#include "agent/proxy/connection.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "agent/proxy/socket.h"

namespace cutset::agent::proxy {

Connection::Connection(Loop& loop, Fd fd, bool connecting)
    : loop_(loop), fd_(std::move(fd)), connecting_(connecting) {}

Connection::~Connection() {
  if (fd_.valid() && watched_) loop_.unwatch(fd_.get());
}

bool Connection::start() {
  interest_ = connecting_ ? EPOLLOUT : EPOLLIN;
  watched_ = loop_.watch(fd_.get(), interest_, this);
  return watched_;
}

void Connection::close() {
  if (!fd_.valid()) return;
  if (watched_) loop_.unwatch(fd_.get());
  fd_.reset();
  out_.clear();
  on_closed();
}

void Connection::close_with_reset() {
  if (fd_.valid()) set_reset_on_close(fd_.get());
  close();
}

void Connection::update_interest() {
  if (!fd_.valid() || !watched_) return;
  uint32_t wanted = 0;
  if (connecting_ || (!out_.empty() && !corked_ && write_error_ == 0)) wanted |= EPOLLOUT;
  if (!connecting_ && !paused_ && !eof_seen_) wanted |= EPOLLIN;
  if (wanted == interest_) return;
  interest_ = wanted;
  loop_.change(fd_.get(), interest_, this);
}

void Connection::pause_reading(bool paused) {
  paused_ = paused;
  update_interest();
}

void Connection::send(std::string_view bytes) {
  if (!fd_.valid() || write_error_ != 0 || bytes.empty()) return;
  const bool idle = out_.empty();
  if (idle && !connecting_ && !corked_) {
    const ssize_t sent = give(bytes);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
      write_error_ = errno;
      return;
    }
    if (sent > 0) {
      taken_ += static_cast<uint64_t>(sent);
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  if (bytes.empty()) return;
  out_.append(bytes);
  update_interest();
}

ssize_t Connection::give(std::string_view bytes) {
  const Nanos before = now();
  const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent > 0) last_sent_ = before;
  return sent;
}

void Connection::write_some() {
  const std::string_view bytes = out_.view();
  if (bytes.empty()) return;
  const ssize_t sent = give(bytes);
  if (sent > 0) {
    taken_ += static_cast<uint64_t>(sent);
    out_.take(static_cast<size_t>(sent));
  } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    write_error_ = errno;
    out_.clear();
  }
}

void Connection::flush() {
  const bool had_some = !out_.empty();
  write_some();
  if (out_.empty()) {
    if (reset_when_sent_) return close_with_reset();
    if (finish_when_sent_) {
      finish_when_sent_ = false;
      ::shutdown(fd_.get(), SHUT_WR);
    }
  }
  update_interest();
  if (had_some && write_error_ == 0 && out_.size() < kFullQueue / 2) on_drained();
}

void Connection::finish_sending() {
  if (!fd_.valid()) return;
  if (out_.empty() && !corked_) {
    ::shutdown(fd_.get(), SHUT_WR);
  } else {
    finish_when_sent_ = true;
  }
}

void Connection::reset_when_sent() {
  if ((out_.empty() && !corked_) || write_error_ != 0) return close_with_reset();
  reset_when_sent_ = true;
}

void Connection::cork() {
  corked_ = true;
  update_interest();
}

void Connection::uncork() {
  corked_ = false;
  if (fd_.valid() && !connecting_) flush();
}

void Connection::finish_connecting() {
  int error = 0;
  socklen_t length = sizeof(error);
  ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return on_connect_failed(error);
  connecting_ = false;
  write_some();
  update_interest();
  on_connected();
}

void Connection::on_events(uint32_t events) {
  if (!fd_.valid()) return;
  if (connecting_) return finish_connecting();
  if ((events & EPOLLOUT) != 0 && !corked_) flush();
  if (!fd_.valid()) return;
  const bool peer_gone = (events & (EPOLLHUP | EPOLLERR)) != 0;
  if (peer_gone || ((events & EPOLLIN) != 0 && !paused_ && !eof_seen_))
    read_some(peer_gone);
}

void Connection::read_some(bool peer_gone) {
  const auto scratch = loop_.scratch();
  const ssize_t got = ::recv(fd_.get(), scratch.data(), scratch.size(), 0);
  if (got > 0) {
    if (reset_when_sent_) return;
    return on_bytes(std::string_view(scratch.data(), static_cast<size_t>(got)));
  }
  const int error = got < 0 ? errno : write_error_;
  if (got < 0 && (error == EAGAIN || error == EINTR)) {
    if (peer_gone) on_broken(write_error_ != 0 ? write_error_ : ECONNRESET);
    return;
  }
  // Either the end was read before and the rest of the connection is gone too, or a write
  // failed.
  if (error != 0) return on_broken(error);
  if (eof_seen_) return on_broken(ECONNRESET);
  eof_seen_ = true;
  update_interest();
  if (reset_when_sent_) return close_with_reset();
  on_eof();
}

}  // namespace cutset::agent::proxy
