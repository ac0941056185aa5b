#include "agent/plan/event_log.h"

#include <ctime>

namespace cutset::agent {

namespace {

// Beyond it only the fact that more happened is kept.
constexpr size_t kMostEvents = 200'000;

int64_t nanoseconds(Monotonic::duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace

int64_t utc_now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void EventLog::set_barrier(Monotonic::time_point barrier, int64_t barrier_utc_ns) {
  const std::lock_guard lock(mutex_);
  barrier_ = barrier;
  barrier_utc_ns_ = barrier_utc_ns;
  for (v1::StepEvent& event : events_)
    event.set_since_barrier_ns(event.utc_ns() - barrier_utc_ns);
}

void EventLog::add(v1::StepEvent event, Monotonic::time_point when) {
  const std::lock_guard lock(mutex_);
  if (closed_ || events_.size() > kMostEvents) return;
  if (events_.size() == kMostEvents) {
    event.Clear();
    event.set_kind(v1::StepEvent::NOTE);
    event.set_detail("more happened than the log of events holds; the rest is left out");
  }
  event.set_number(events_.size() + 1);
  if (barrier_) {
    event.set_since_barrier_ns(nanoseconds(when - *barrier_));
    event.set_utc_ns(barrier_utc_ns_ + event.since_barrier_ns());
  } else {
    event.set_utc_ns(utc_now_ns() - nanoseconds(Monotonic::now() - when));
  }
  events_.push_back(std::move(event));
  changed_.notify_all();
}

void EventLog::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::vector<v1::StepEvent> EventLog::read(uint64_t after,
                                          std::chrono::milliseconds patience,
                                          bool* over) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [&] { return closed_ || events_.size() > after; });
  *over = closed_;
  if (events_.size() <= after) return {};
  return {events_.begin() + static_cast<std::ptrdiff_t>(after), events_.end()};
}

std::vector<v1::StepEvent> EventLog::all() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

}  // namespace cutset::agent
