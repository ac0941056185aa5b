#include "agent/tls/tls_door.h"

#include <cerrno>
#include <charconv>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/ports.h"
#include "agent/tls/tls_pump.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr int kBacklog = 64;
constexpr useconds_t kOutOfFilesPause = 50'000;

struct FreeConnection {
  void operator()(SSL* connection) const { SSL_free(connection); }
};

std::string text_of(const sockaddr_in& address) {
  char text[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return fmt::format("{}:{}", text, ntohs(address.sin_port));
}

}  // namespace

Result<Fd> listen_on_network(const std::string& address) {
  CUTSET_ASSIGN(const HostPort wanted, parse_host_port(address));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(wanted.port);
  const std::string host = wanted.host == "localhost" ? "127.0.0.1" : wanted.host;
  if (::inet_pton(AF_INET, host.c_str(), &where.sin_addr) != 1)
    return Error::usage(
        fmt::format("--listen {}: expected an IPv4 address and a port", address));
  Fd file(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(file.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!file.valid() ||
      ::bind(file.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      ::listen(file.get(), kBacklog) != 0)
    return Error::system("cannot listen at " + address);
  return file;
}

std::string listening_address(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return text_of(address);
}

TlsDoor::TlsDoor(Fd listener, std::unique_ptr<TlsContext> context, grpc::Server& server)
    : listener_(std::move(listener)),
      context_(std::move(context)),
      server_(server),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { accept_loop(); }) {}

void TlsDoor::close() {
  if (!thread_.joinable()) return;
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
  for (const std::unique_ptr<Guest>& guest : guests_) guest->thread.join();
  guests_.clear();
  listener_.reset();
}

void TlsDoor::accept_loop() {
  while (true) {
    pollfd polled[2] = {{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return;
    if (polled[1].revents != 0) return;
    if (polled[0].revents == 0) continue;
    sockaddr_in address{};
    socklen_t size = sizeof address;
    Fd connection(::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                            SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection.valid()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        ::usleep(kOutOfFilesPause);
      continue;
    }
    forget_gone();
    admit(std::move(connection), text_of(address));
  }
}

void TlsDoor::forget_gone() {
  std::erase_if(guests_, [](const std::unique_ptr<Guest>& guest) {
    if (!guest->gone) return false;
    guest->thread.join();
    return true;
  });
}

void TlsDoor::admit(Fd connection, const std::string& peer) {
  if (guests_.size() >= kMostGuests) {
    log_warning("{} was refused: {} connections are open already", peer, guests_.size());
    return;
  }
  guests_.push_back(std::make_unique<Guest>());
  Guest& guest = *guests_.back();
  guest.thread = std::thread([this, &guest, peer, connection = std::move(connection)] {
    serve(connection, peer);
    guest.gone = true;
  });
}

void TlsDoor::serve(const Fd& connection, const std::string& peer) {
  const int on = 1;
  ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::unique_ptr<SSL, FreeConnection> tls(context_->accept_on(connection.get()));
  if (!tls) return;
  if (!tls_handshake(tls.get(), connection.get(), stop_.get(), kHandshakePatience)) {
    log_warning("{} was refused: {}", peer, handshake_problem(tls.get()));
    return;
  }
  if (const std::string why = context_->refusal(tls.get()); !why.empty()) {
    log_warning("{} was refused: {}", peer, why);
    return;
  }
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    log_warning("{} was refused: there are no descriptors left", peer);
    return;
  }
  const Fd plain(ends[0]);
  grpc::AddInsecureChannelFromFd(&server_, ends[1]);
  pump_tls(tls.get(), connection.get(), plain.get(), stop_.get());
}

}  // namespace cutset::agent
