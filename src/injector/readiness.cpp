#include "injector/readiness.h"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "injector/address_book.h"
#include "injector/duration.h"
#include "injector/http_client.h"

namespace cutset::injector {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kFirstPause = 2ms;
constexpr auto kLongestPause = 25ms;
constexpr auto kLookAtProcess = 150ms;  // how often it is asked whether the process lives
constexpr auto kOneTry = 1000ms;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// "" if something accepts there, else why not.
std::string try_tcp(const std::string& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(host_of(address).c_str(), port_of(address).c_str(), &hints, &found);
  if (failed != 0) return ::gai_strerror(failed);
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  const Fd peer(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!peer.valid()) return std::strerror(errno);
  if (::connect(peer.get(), list->ai_addr, list->ai_addrlen) == 0) return "";
  if (errno != EINPROGRESS) return "connection refused";
  pollfd polled{peer.get(), POLLOUT, 0};
  if (::poll(&polled, 1, static_cast<int>(kOneTry.count())) <= 0)
    return "no connection within 1s";
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(peer.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? "" : "connection refused";
}

std::string try_http(HttpClient& client, const Readiness& ready,
                     const std::string& address) {
  HttpRequest request;
  request.address = address;
  request.path = ready.path;
  request.deadline = kOneTry;
  const Result<HttpAnswer> answer = client.request(request);
  if (!answer) return answer.error().message;
  if (answer->status >= 200 && answer->status < 300) return "";
  return fmt::format("GET {} answers {}", ready.path, answer->status);
}

std::string try_log(const Readiness& ready, const ReadinessSource& source) {
  const Result<std::string> log = source.log();
  if (!log) return log.error().message;
  if (ready.pattern->matches(*log)) return "";
  return fmt::format("no line of its output matches \"{}\"", ready.pattern->text());
}

}  // namespace

Status await_ready(const Readiness& ready, const ReadinessSource& source,
                   const StopSignal& stop) {
  HttpClient client(&stop);
  const auto deadline = Clock::now() + ready.within;
  auto look_at = Clock::now() + kLookAtProcess;
  Milliseconds pause = kFirstPause;
  while (true) {
    CUTSET_TRY(stop.check());
    std::string why;
    switch (ready.kind) {
      case Readiness::Kind::kHttp:
        why = try_http(client, ready, source.listen);
        break;
      case Readiness::Kind::kTcp:
        why = try_tcp(source.listen);
        break;
      case Readiness::Kind::kLog:
        why = try_log(ready, source);
        break;
    }
    const auto now = Clock::now();
    const bool last = now >= deadline;
    if (why.empty() || last || now >= look_at) {
      look_at = now + kLookAtProcess;
      // Another process may answer on its port, so life is checked even when an answer
      // came.
      if (!source.is_running()) return Error::unavailable("it ended before it was ready");
    }
    if (why.empty()) return {};
    if (last) {
      return Error::unavailable(
          fmt::format("not ready within {}: {}", duration_text(ready.within), why));
    }
    if (stop.sleep_for(pause)) return Error::interrupted("stopped");
    pause = std::min<Milliseconds>(pause * 2, kLongestPause);
  }
}

}  // namespace cutset::injector
