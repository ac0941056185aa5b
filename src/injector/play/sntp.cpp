#include "injector/play/sntp.h"

#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fd.h"

namespace cutset::injector::play {

namespace {

using Packet = std::array<unsigned char, 48>;

constexpr int64_t kNanosASecond = 1'000'000'000;
constexpr int64_t kSecondsFrom1900To1970 = 2'208'988'800;
constexpr size_t kOriginAt = 24;
constexpr size_t kReceivedAt = 32;
constexpr size_t kSentAt = 40;

void put_time(Packet& packet, size_t at, int64_t utc_ns) {
  const auto seconds =
      static_cast<uint64_t>(utc_ns / kNanosASecond + kSecondsFrom1900To1970);
  const uint64_t fraction =
      (static_cast<uint64_t>(utc_ns % kNanosASecond) << 32) / kNanosASecond;
  const uint64_t both = (seconds << 32) | fraction;
  for (size_t i = 0; i < 8; ++i) {
    packet[at + i] = static_cast<unsigned char>(both >> (56 - 8 * i));
  }
}

/// Of the era that is nearest to now: the 32 bits of seconds begin again in 2036.
int64_t time_at(const Packet& packet, size_t at, int64_t now) {
  uint64_t both = 0;
  for (size_t i = 0; i < 8; ++i) both = (both << 8) | packet[at + i];
  const auto fraction =
      static_cast<int64_t>(((both & 0xffffffffU) * kNanosASecond) >> 32);
  const int64_t now_1900 = now / kNanosASecond + kSecondsFrom1900To1970;
  auto seconds = static_cast<int64_t>(both >> 32) + (now_1900 & ~int64_t{0xffffffff});
  if (seconds - now_1900 > int64_t{1} << 31) seconds -= int64_t{1} << 32;
  if (now_1900 - seconds > int64_t{1} << 31) seconds += int64_t{1} << 32;
  return (seconds - kSecondsFrom1900To1970) * kNanosASecond + fraction;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

struct Server {
  std::string host;
  std::string port = "123";
};

Server parse_server(const std::string& text) {
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string::npos) return {text};
    Server server{text.substr(1, end - 1)};
    if (end + 2 < text.size() && text[end + 1] == ':') server.port = text.substr(end + 2);
    return server;
  }
  const size_t colon = text.find(':');
  if (colon == std::string::npos || text.find(':', colon + 1) != std::string::npos) {
    return {text};
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

Result<ClockOffset> ask_time_server(const std::string& server,
                                    std::chrono::milliseconds patience) {
  const Server parsed = parse_server(server);
  const auto fail = [&](const std::string& why) {
    return Error::unavailable(fmt::format("the time server {}: {}", server, why));
  };
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(parsed.host.c_str(), parsed.port.c_str(), &hints, &found);
  if (failed != 0) return fail(::gai_strerror(failed));
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  const Fd socket(::socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // Connected: only this server's answers come in.
  if (!socket.valid() || ::connect(socket.get(), list->ai_addr, list->ai_addrlen) != 0) {
    return fail(std::strerror(errno));
  }
  Packet question{};
  question[0] = (4 << 3) | 3;  // version 4, client
  ClockRound round;
  round.sent = now_utc_ns();
  put_time(question, kSentAt, round.sent);
  if (::send(socket.get(), question.data(), question.size(), 0) < 0) {
    return fail(std::strerror(errno));
  }
  const int64_t until = round.sent + patience.count() * 1'000'000;
  while (true) {
    const int64_t left = (until - now_utc_ns()) / 1'000'000;
    pollfd polled{socket.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&polled, 1, static_cast<int>(left)) == 0) {
      return fail(fmt::format("no answer within {} ms", patience.count()));
    }
    Packet answer{};
    const ssize_t size = ::recv(socket.get(), answer.data(), answer.size(), 0);
    round.back = now_utc_ns();
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail(std::strerror(errno));
    const bool ours =
        size == static_cast<ssize_t>(answer.size()) &&
        std::memcmp(answer.data() + kOriginAt, question.data() + kSentAt, 8) == 0;
    if (!ours) continue;
    const int leap = answer[0] >> 6;
    const int mode = answer[0] & 7;
    const int stratum = answer[1];
    if (mode != 4 || leap == 3 || stratum == 0 || stratum > 15) {
      return fail("it answers that it does not know the time");
    }
    round.received = time_at(answer, kReceivedAt, round.back);
    round.answered = time_at(answer, kSentAt, round.back);
    return offset_of({round});
  }
}

}  // namespace cutset::injector::play
