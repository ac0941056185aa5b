#include "agent/door.h"

#include <cerrno>

#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/unix_socket.h"
#include "base/log.h"

namespace cutset::agent {

namespace {
constexpr useconds_t kOutOfFilesPause = 50'000;
}

Door::Door(Fd listener, grpc::Server& server)
    : listener_(std::move(listener)),
      server_(server),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { accept_loop(); }) {}

void Door::close() {
  if (!thread_.joinable()) return;
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
  listener_.reset();
}

void Door::accept_loop() {
  while (true) {
    pollfd polled[2] = {{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return;
    if (polled[1].revents != 0) return;
    if (polled[0].revents == 0) continue;
    Fd connection(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection.valid()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        ::usleep(kOutOfFilesPause);
      continue;
    }
    if (!peer_allowed(connection.get())) {
      log_warning("a connection of another user was refused");
      continue;
    }
    grpc::AddInsecureChannelFromFd(&server_, connection.release());
  }
}

}  // namespace cutset::agent
