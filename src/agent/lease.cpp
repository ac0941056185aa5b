#include "agent/lease.h"

#include <fmt/format.h>

#include "agent/ending.h"
#include "agent/random_word.h"

namespace cutset::agent {

Lease::Lease(std::chrono::milliseconds length,
             std::function<void(const std::string&)> undo)
    : length_(length), undo_(std::move(undo)), watcher_([this] { watch(); }) {}

Lease::~Lease() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  watcher_.join();
}

Result<std::string> Lease::acquire(const std::string& controller) {
  CUTSET_ASSIGN(std::string token, random_word());
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kEndLimit + std::chrono::seconds(1),
                    [this] { return state_ != State::kEnding; });
  if (state_ == State::kHeld) {
    return Error::unavailable(fmt::format(
        "the agent is held by another controller ({}); it is free when that one ends",
        controller_));
  }
  if (state_ == State::kEnding) {
    return Error::unavailable(
        "the agent still undoes the work of the controller before; try again");
  }
  state_ = State::kHeld;
  was_held_ = true;
  token_ = std::move(token);
  controller_ = controller;
  deadline_ = Clock::now() + length_;
  changed_.notify_all();
  return token_;
}

Status Lease::keep(const std::string& token, std::function<void()> cancel) {
  const std::lock_guard lock(mutex_);
  if (!holds_locked(token)) return Error::usage("this token does not hold the lease");
  if (cancel_) return Error::unavailable("the lease is kept by another stream already");
  cancel_ = std::move(cancel);
  deadline_ = Clock::now() + length_;
  return {};
}

bool Lease::beat(const std::string& token) {
  const std::lock_guard lock(mutex_);
  if (!holds_locked(token)) return false;
  deadline_ = Clock::now() + length_;
  return true;
}

void Lease::release(const std::string& token, const std::string& why) {
  std::unique_lock work(work_);
  std::unique_lock lock(mutex_);
  if (holds_locked(token)) {
    cancel_ = nullptr;
    state_ = State::kEnding;
    work.unlock();
    return end(lock, why);
  }
  work.unlock();
  changed_.wait(lock, [&] { return state_ != State::kEnding || token_ != token; });
}

bool Lease::holds(const std::string& token) const {
  const std::lock_guard lock(mutex_);
  return holds_locked(token);
}

bool Lease::holds_locked(const std::string& token) const {
  return state_ == State::kHeld && !token.empty() && token == token_;
}

bool Lease::with_lease(const std::string& token, const std::function<void()>& work) {
  const std::lock_guard serial(work_);
  if (!holds(token)) return false;
  work();
  return true;
}

bool Lease::was_held() const {
  const std::lock_guard lock(mutex_);
  return was_held_;
}

std::string Lease::controller() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kFree ? std::string() : controller_;
}

// Requires: state_ is kEnding, set by the caller, who is therefore the only one that
// ends.
void Lease::end(std::unique_lock<std::mutex>& lock, const std::string& why) {
  if (cancel_) cancel_();
  cancel_ = nullptr;
  lock.unlock();
  undo_(why);
  lock.lock();
  state_ = State::kFree;
  token_.clear();
  controller_.clear();
  changed_.notify_all();
}

void Lease::watch() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (state_ != State::kHeld) {
      changed_.wait(lock);
      continue;
    }
    const Clock::time_point deadline = deadline_;
    changed_.wait_until(lock, deadline);
    if (closing_ || state_ != State::kHeld || Clock::now() < deadline_) continue;
    // The order of the locks is work_, mutex_; what was true is looked at again.
    lock.unlock();
    std::unique_lock work(work_);
    lock.lock();
    if (state_ != State::kHeld || Clock::now() < deadline_) continue;
    state_ = State::kEnding;
    work.unlock();
    end(lock, fmt::format("no beat for {} ms", length_.count()));
  }
}

}  // namespace cutset::agent
