#include "injector/stop_signal.h"

#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>

namespace cutset::injector {

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(event_.valid());
}

void StopSignal::request() {
  const int saved = errno;
  requested_.store(true, std::memory_order_relaxed);
  const uint64_t one = 1;
  // A full counter is readable as well, so a failed write loses nothing.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
  errno = saved;
}

bool StopSignal::sleep_for(std::chrono::nanoseconds duration) const {
  const auto until = std::chrono::steady_clock::now() + duration;
  pollfd polled{event_.get(), POLLIN, 0};
  while (!requested()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left.count() <= 0) return false;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{static_cast<time_t>(seconds.count()),
                           static_cast<long>((left - seconds).count())};
    ::ppoll(&polled, 1, &timeout, nullptr);
  }
  return true;
}

Status StopSignal::check() const {
  if (requested()) return Error::interrupted("stopped");
  return {};
}

}  // namespace cutset::injector
