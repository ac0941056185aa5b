#include "load.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/check.h"

namespace cutset::benchmark {

namespace {

using std::chrono::steady_clock;

sockaddr_in address_of(const std::string& text) {
  const size_t colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  CHECK(::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) == 1);
  address.sin_port = htons(static_cast<uint16_t>(std::stoi(text.substr(colon + 1))));
  return address;
}

void watch(int epoll, int fd, uint64_t data) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = data;
  CHECK(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

void no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

double percentile(std::vector<int64_t>& sorted, double share) {
  const auto index = static_cast<size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[index]) / 1000.0;
}

struct Busy {
  Fd fd;
  size_t got = 0;
  steady_clock::time_point sent;
};

}  // namespace

const std::string& FixedCallee::answer() {
  static const std::string kAnswer = [] {
    const std::string body =
        R"({"isbn":7,"title":"a book of this shop","stock":12,"price":"19.90"})";
    return fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        "{}\r\n\r\n{}",
        body.size(), body);
  }();
  return kAnswer;
}

FixedCallee::FixedCallee(const std::string& address)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  const sockaddr_in where = address_of(address);
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  CHECK(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&where),
               sizeof(where)) == 0);
  CHECK(::listen(listener_.get(), 64) == 0);
  thread_ = std::thread([this] { run(); });
}

FixedCallee::~FixedCallee() {
  const uint64_t one = 1;
  CHECK(::write(stop_.get(), &one, sizeof(one)) == sizeof(one));
  thread_.join();
}

void FixedCallee::run() {
  std::vector<Fd> connections;
  watch(epoll_.get(), listener_.get(), static_cast<uint64_t>(listener_.get()));
  watch(epoll_.get(), stop_.get(), static_cast<uint64_t>(stop_.get()));
  std::array<char, 4096> bytes;
  while (true) {
    epoll_event event{};
    if (::epoll_wait(epoll_.get(), &event, 1, -1) != 1) continue;
    const int fd = static_cast<int>(event.data.u64);
    if (fd == stop_.get()) return;
    if (fd == listener_.get()) {
      connections.emplace_back(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
      no_delay(connections.back().get());
      watch(epoll_.get(), connections.back().get(),
            static_cast<uint64_t>(connections.back().get()));
      continue;
    }
    // Requests are small: one comes in one piece.
    const ssize_t got = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (got <= 0) {
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
      continue;
    }
    const std::string& text = answer();
    ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
  }
}

Latencies load(const std::string& address, const std::string& request, int connections,
               int requests) {
  const sockaddr_in where = address_of(address);
  const Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  std::vector<Busy> busy(static_cast<size_t>(connections));
  std::vector<int64_t> took;
  took.reserve(static_cast<size_t>(requests));
  int to_send = requests;
  const auto send_next = [&](Busy& connection) {
    connection.got = 0;
    connection.sent = steady_clock::now();
    --to_send;
    CHECK(::send(connection.fd.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  };
  const auto begin = steady_clock::now();
  for (size_t i = 0; i < busy.size(); ++i) {
    busy[i].fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(::connect(busy[i].fd.get(), reinterpret_cast<const sockaddr*>(&where),
                    sizeof(where)) == 0);
    no_delay(busy[i].fd.get());
    watch(epoll.get(), busy[i].fd.get(), i);
    send_next(busy[i]);
  }
  std::array<char, 4096> bytes;
  while (took.size() < static_cast<size_t>(requests)) {
    epoll_event event{};
    CHECK(::epoll_wait(epoll.get(), &event, 1, 10'000) == 1);
    Busy& connection = busy[event.data.u64];
    const ssize_t got = ::recv(connection.fd.get(), bytes.data(), bytes.size(), 0);
    CHECK(got > 0);
    connection.got += static_cast<size_t>(got);
    if (connection.got < FixedCallee::answer().size()) continue;
    took.push_back(
        std::chrono::nanoseconds(steady_clock::now() - connection.sent).count());
    if (to_send > 0) send_next(connection);
  }
  const std::chrono::duration<double> total = steady_clock::now() - begin;
  std::sort(took.begin(), took.end());
  return {percentile(took, 0.5), percentile(took, 0.99), requests / total.count()};
}

}  // namespace cutset::benchmark
