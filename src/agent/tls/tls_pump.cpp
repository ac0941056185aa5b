#include "agent/tls/tls_pump.h"

#include <array>
#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kBuffer = 64 * 1024;

/// Bytes on their way in one direction.
struct Lane {
  std::array<char, kBuffer> bytes{};
  size_t begin = 0;
  size_t end = 0;

  bool empty() const { return begin == end; }
};

enum class Progress { kSome, kNone, kEnd };

/// What OpenSSL waits for, as events of poll().
short wanted_events(int error) {
  return error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
}

class Pump {
 public:
  Pump(SSL* connection, int socket, int plain, int stop)
      : connection_(connection), socket_(socket), plain_(plain), stop_(stop) {}

  void run() {
    while (true) {
      socket_events_ = POLLIN;
      bool moved = false;
      for (const Progress step : {read_tls(), write_plain(), read_plain(), write_tls()}) {
        if (step == Progress::kEnd) return;
        moved = moved || step == Progress::kSome;
      }
      if (!moved && !wait()) return;
    }
  }

 private:
  bool wait() {
    short plain_events = 0;
    if (out_.empty()) plain_events |= POLLIN;
    if (!in_.empty()) plain_events |= POLLOUT;
    pollfd polled[3] = {
        {socket_, socket_events_, 0}, {plain_, plain_events, 0}, {stop_, POLLIN, 0}};
    // While the plain side does not read, nothing more is taken from the network.
    if (!in_.empty() && socket_events_ == POLLIN) polled[0].events = 0;
    while (::poll(polled, 3, -1) < 0) {
      if (errno != EINTR) return false;
    }
    return polled[2].revents == 0;
  }

  Progress read_tls() {
    if (!in_.empty()) return Progress::kNone;
    ERR_clear_error();
    const int count =
        SSL_read(connection_, in_.bytes.data(), static_cast<int>(in_.bytes.size()));
    if (count <= 0) return blocked(count);
    in_.begin = 0;
    in_.end = static_cast<size_t>(count);
    return Progress::kSome;
  }

  Progress write_tls() {
    if (out_.empty()) return Progress::kNone;
    ERR_clear_error();
    const int count = SSL_write(connection_, out_.bytes.data() + out_.begin,
                                static_cast<int>(out_.end - out_.begin));
    if (count <= 0) return blocked(count);
    out_.begin += static_cast<size_t>(count);
    return Progress::kSome;
  }

  Progress read_plain() {
    if (!out_.empty()) return Progress::kNone;
    const ssize_t count = ::read(plain_, out_.bytes.data(), out_.bytes.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Progress::kNone;
    if (count <= 0) return Progress::kEnd;
    out_.begin = 0;
    out_.end = static_cast<size_t>(count);
    return Progress::kSome;
  }

  Progress write_plain() {
    if (in_.empty()) return Progress::kNone;
    const ssize_t count =
        ::send(plain_, in_.bytes.data() + in_.begin, in_.end - in_.begin, MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return Progress::kNone;
    if (count <= 0) return Progress::kEnd;
    in_.begin += static_cast<size_t>(count);
    return Progress::kSome;
  }

  Progress blocked(int result) {
    const int error = SSL_get_error(connection_, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
      return Progress::kEnd;
    socket_events_ = static_cast<short>(socket_events_ | wanted_events(error));
    return Progress::kNone;
  }

  SSL* connection_;
  int socket_;
  int plain_;
  int stop_;
  short socket_events_ = POLLIN;
  Lane in_;   // from the network
  Lane out_;  // to the network
};

}  // namespace

bool tls_handshake(ssl_st* connection, int socket, int stop,
                   std::chrono::milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(connection);
    if (result == 1) return true;
    const int error = SSL_get_error(connection, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd polled[2] = {{socket, wanted_events(error), 0}, {stop, POLLIN, 0}};
    if (::poll(polled, 2, static_cast<int>(left.count())) < 0 && errno != EINTR)
      return false;
    if (polled[1].revents != 0) return false;
  }
}

void pump_tls(ssl_st* connection, int socket, int plain, int stop) {
  Pump(connection, socket, plain, stop).run();
  SSL_shutdown(connection);
}

}  // namespace cutset::agent
