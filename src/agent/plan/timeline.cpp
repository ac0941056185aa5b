#include "agent/plan/timeline.h"

#include <sched.h>
#include <sys/prctl.h>

namespace cutset::agent {

namespace {

// A moment must not come late because an instance (or a fault of ours) keeps the cores
// busy. Nice values would not do: they count only within one session where the kernel
// groups processes by session. Programs that are started from such a thread do not
// inherit it. Fails without the right to it, which is fine.
void ask_for_precedence() {
  sched_param parameters{};
  parameters.sched_priority = 1;
  ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
  ::prctl(PR_SET_TIMERSLACK, 1UL);
}

}  // namespace

Timeline::Timeline() : keeper_of_time_([this] { keep_time(); }) {}

void Timeline::at(Clock::time_point when, Work work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  const auto added = waiting_.emplace(when, std::move(work));
  if (added == waiting_.begin()) time_changed_.notify_one();
}

void Timeline::now(Work work) {
  std::unique_lock lock(mutex_);
  if (!stopping_) hand_over(lock, std::move(work));
}

void Timeline::hand_over(std::unique_lock<std::mutex>&, Work work) {
  due_.push_back(std::move(work));
  if (idle_ < due_.size() && workers_.size() < kMostThreads) {
    workers_.emplace_back([this] { work_loop(); });
  }
  work_came_.notify_one();
}

void Timeline::keep_time() {
  ask_for_precedence();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      time_changed_.wait(lock);
      continue;
    }
    const Clock::time_point next = waiting_.begin()->first;
    if (Clock::now() < next) {
      time_changed_.wait_until(lock, next);
      continue;
    }
    Work work = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    hand_over(lock, std::move(work));
  }
}

void Timeline::work_loop() {
  ask_for_precedence();
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_came_.wait(lock, [this] { return stopping_ || !due_.empty(); });
    --idle_;
    if (stopping_) return;
    const Work work = std::move(due_.front());
    due_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

void Timeline::stop() {
  std::vector<std::thread> workers;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    due_.clear();
    workers.swap(workers_);
    time_changed_.notify_all();
    work_came_.notify_all();
  }
  if (keeper_of_time_.joinable()) keeper_of_time_.join();
  for (std::thread& worker : workers) worker.join();
}

}  // namespace cutset::agent
