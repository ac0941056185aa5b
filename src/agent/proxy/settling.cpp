#include "agent/proxy/settling.h"

#include <algorithm>

namespace cutset::agent::proxy {

Settling::Settling(Loop& loop, std::shared_ptr<Run> run, Times times,
                   std::function<void(bool)> done)
    : loop_(loop), run_(std::move(run)), times_(times), done_(std::move(done)) {}

Settling::~Settling() {
  loop_.cancel(timer_);
  run_->set_on_idle(nullptr);
}

void Settling::start() {
  deadline_ = now() + times_.limit;
  // By a timer, which runs in the same turn: the run is being used when it says so.
  run_->set_on_idle([this] {
    loop_.cancel(timer_);
    timer_ = loop_.call_at(now(), [this] {
      timer_ = TimerQueue::Id();
      check();
    });
  });
  check();
}

void Settling::check() {
  loop_.cancel(timer_);
  const Nanos time = now();
  Nanos next = deadline_;
  if (run_->open_calls() == 0) {
    const Nanos needed =
        run_->abandoned() ? std::max(times_.quiet, times_.quiet_abandoned) : times_.quiet;
    const Nanos quiet_at = run_->last_activity() + needed;
    if (quiet_at <= time) return finish(true);
    next = std::min(next, quiet_at);
  }
  if (time >= deadline_) return finish(false);
  timer_ = loop_.call_at(next, [this] {
    timer_ = TimerQueue::Id();
    check();
  });
}

void Settling::finish(bool quiet) {
  run_->set_on_idle(nullptr);
  const auto done = std::move(done_);
  done(quiet);
}

}  // namespace cutset::agent::proxy
