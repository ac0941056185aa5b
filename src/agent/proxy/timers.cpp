#include "agent/proxy/timers.h"

namespace cutset::agent::proxy {

TimerQueue::Id TimerQueue::add(Nanos when, std::function<void()> function) {
  const Id id{when, ++last_serial_};
  timers_.emplace(id, std::move(function));
  return id;
}

void TimerQueue::cancel(Id& id) {
  timers_.erase(id);
  id = Id();
}

std::optional<Nanos> TimerQueue::earliest() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.when;
}

void TimerQueue::run_due(Nanos time) {
  const uint64_t newest = last_serial_;
  auto next = timers_.begin();
  while (next != timers_.end() && next->first.when <= time) {
    if (next->first.serial > newest) {
      ++next;
      continue;
    }
    const auto node = timers_.extract(next);
    node.mapped()();
    // The function may have changed the queue: begin again.
    next = timers_.begin();
  }
}

}  // namespace cutset::agent::proxy
