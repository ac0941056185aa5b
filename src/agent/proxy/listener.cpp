#include "agent/proxy/listener.h"

#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "agent/proxy/client.h"
#include "agent/proxy/socket.h"
#include "base/log.h"

namespace cutset::agent::proxy {

namespace {

constexpr int kAcceptsATurn = 64;
constexpr Nanos kRest = 100 * kMillisecond;

}  // namespace

Listener::Listener(ProxyContext& context, std::shared_ptr<Service> service, Fd fd,
                   bool entry)
    : context_(context),
      service_(std::move(service)),
      fd_(std::move(fd)),
      entry_(entry) {}

Listener::~Listener() {
  context_.loop.cancel(timer_);
  if (fd_.valid()) context_.loop.unwatch(fd_.get());
}

bool Listener::start() {
  return context_.loop.watch(fd_.get(), EPOLLIN, this);
}

void Listener::on_events(uint32_t /*events*/) {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    Fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.valid()) {
      adopt(std::move(fd));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
               errno == ENOMEM) {
      return rest();
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Listener::adopt(Fd fd) {
  if (context_.clients.size() >= kMostConnections) {
    set_reset_on_close(fd.get());
    return;
  }
  set_no_delay(fd.get());
  auto client =
      std::make_unique<ClientConnection>(context_, service_, std::move(fd), entry_);
  if (!client->start()) return;
  ClientConnection* const raw = client.get();
  context_.clients.emplace(raw, std::move(client));
}

void Listener::rest() {
  // The waiting connection would wake the loop without end.
  log_warning("proxy of {}: cannot accept a connection: {}; trying again in 100 ms",
              service_->name, std::strerror(errno));
  context_.loop.change(fd_.get(), 0, this);
  timer_ = context_.loop.call_at(now() + kRest, [this] {
    timer_ = TimerQueue::Id();
    context_.loop.change(fd_.get(), EPOLLIN, this);
  });
}

}  // namespace cutset::agent::proxy
