#include "agent/proxy/loop.h"

#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/check.h"

namespace cutset::agent::proxy {

namespace {

constexpr Nanos kUnknown = -1;

void drain_counter(int fd) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(fd, &count, sizeof(count));
}

bool add_bare(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::create() {
  std::unique_ptr<Loop> loop(new Loop());
  loop->epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!loop->epoll_.valid()) return Error::system("cannot create an epoll instance");
  loop->wake_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!loop->wake_.valid()) return Error::system("cannot create an eventfd");
  loop->alarm_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!loop->alarm_.valid()) return Error::system("cannot create a timerfd");
  if (!add_bare(loop->epoll_.get(), loop->wake_.get()) ||
      !add_bare(loop->epoll_.get(), loop->alarm_.get())) {
    return Error::system("cannot watch the loop's own descriptors");
  }
  return loop;
}

Loop::~Loop() = default;

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) {
    set_alarm();
    wait_and_dispatch();
    timers_.run_due(now());
    run_posted();
    // A destructor may bury again.
    while (!graveyard_.empty()) {
      const auto dead = std::exchange(graveyard_, {});
    }
  }
}

void Loop::wait_and_dispatch() {
  std::array<epoll_event, 64> events;
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
  if (count < 0) {
    CHECK(errno == EINTR);
    return;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    if (event.data.ptr != nullptr) {
      static_cast<EventHandler*>(event.data.ptr)->on_events(event.events);
    }
  }
  // Reading an empty eventfd or timerfd is harmless and rare enough.
  for (int i = 0; i < count; ++i) {
    if (events[static_cast<size_t>(i)].data.ptr == nullptr) {
      drain_counter(wake_.get());
      drain_counter(alarm_.get());
      alarm_at_ =
          kUnknown;  // it may have rung: a timer of the same time must set it anew
      break;
    }
  }
}

void Loop::run_posted() {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(posted_);
  }
  for (const auto& function : ready) function();
}

void Loop::set_alarm() {
  const Nanos wanted = timers_.earliest().value_or(0);
  if (wanted == alarm_at_) return;
  alarm_at_ = wanted;
  itimerspec time{};  // zero: disarmed
  if (wanted != 0) {
    time.it_value.tv_sec = wanted / kSecond;
    time.it_value.tv_nsec = wanted % kSecond;
  }
  CHECK(::timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &time, nullptr) == 0);
}

void Loop::post(std::function<void()> function) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(function));
  }
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t put = ::write(wake_.get(), &one, sizeof(one));
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  post([] {});
}

bool Loop::watch(int fd, uint32_t events, EventHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Loop::change(int fd, uint32_t events, EventHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

void Loop::unwatch(int fd) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::bury(std::unique_ptr<Disposable> object) {
  graveyard_.push_back(std::move(object));
}

TimerQueue::Id Loop::call_at(Nanos when, std::function<void()> function) {
  // 0 means "no alarm"; a time in the past fires at once either way.
  return timers_.add(when > 0 ? when : 1, std::move(function));
}

}  // namespace cutset::agent::proxy
