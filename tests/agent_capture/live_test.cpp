// The whole capture on a real connection over the loopback device of a network namespace
// of the test's own.
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/capture/capture.h"
#include "base/fd.h"

namespace cutset::agent::capture {

namespace {

struct Ends {
  Fd client;
  Fd server;
};

Ends connect(uint16_t& port) {
  const Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  EXPECT_EQ(
      ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  Ends ends{Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), Fd()};
  EXPECT_EQ(::connect(ends.client.get(), reinterpret_cast<sockaddr*>(&address),
                      sizeof(address)),
            0);
  ends.server = Fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_TRUE(ends.server.valid());
  return ends;
}

/// False: this machine does not let the test have a namespace.
bool own_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) return false;
  const Fd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP;
  return ::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

TEST(LiveCapture, SeesWhatIsSent) {
  bool entered = false;
  Recording recording;
  // A thread of its own: the namespace ends with it.
  std::thread([&] {
    entered = own_namespace();
    if (!entered) return;
    Plan plan;
    plan.settings.token_prefixes = {"cst-"};
    uint16_t port = 7000;
    plan.servers.insert({*parse_address("127.0.0.1"), port});
    auto capture = Capture::start(plan);
    ASSERT_TRUE(capture.ok()) << capture.error().text();
    const Ends ends = connect(port);
    for (int i = 0; i < 100; ++i) {
      const std::string request =
          "*2\r\n$3\r\nGET\r\n$7\r\ncst-" + std::to_string(100 + i) + "\r\n";
      ASSERT_EQ(::send(ends.client.get(), request.data(), request.size(), 0),
                static_cast<ssize_t>(request.size()));
      char received[64];
      ASSERT_EQ(::recv(ends.server.get(), received, request.size(), MSG_WAITALL),
                static_cast<ssize_t>(request.size()));
      ASSERT_EQ(::send(ends.server.get(), "$-1\r\n", 5, 0), 5);
      ASSERT_EQ(::recv(ends.client.get(), received, 5, MSG_WAITALL), 5);
    }
    recording = (*capture)->stop();
  }).join();
  if (!entered) GTEST_SKIP() << "not run: needs root for a network namespace";
  EXPECT_EQ(recording.counts.dropped, 0u);
  ASSERT_EQ(recording.messages.size(), 200u);
  ASSERT_EQ(recording.connections.size(), 1u);
  EXPECT_EQ(recording.connections[0].requests.framing, "resp");
  for (int i = 0; i < 100; ++i) {
    const MessageRecord& request = recording.messages[2 * static_cast<size_t>(i)];
    EXPECT_EQ(request.label, "GET");
    EXPECT_EQ(request.tokens, std::vector<std::string>{"cst-" + std::to_string(100 + i)});
    EXPECT_GE(request.delivered_ns, request.first_ns);
    EXPECT_EQ(recording.messages[2 * static_cast<size_t>(i) + 1].label, "bulk");
  }
}

TEST(LiveCapture, SaysWhatIsWrong) {
  Plan plan;
  plan.servers.insert({*parse_address("127.0.0.1"), 1});
  plan.network_namespace = "/proc/self/no-such-namespace";
  const auto capture = Capture::start(plan);
  ASSERT_FALSE(capture.ok());
  EXPECT_NE(capture.error().text().find("/proc/self/no-such-namespace"),
            std::string::npos);
}

}  // namespace
}  // namespace cutset::agent::capture
