#include "agent/cancel_watch.h"

#include <chrono>

namespace cutset::agent {

namespace {
constexpr std::chrono::milliseconds kInterval{50};
}

CancelWatch::CancelWatch() : thread_([this] { loop(); }) {}

CancelWatch::~CancelWatch() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

CancelWatch::Watched::Watched(CancelWatch& watch, std::function<bool()> is_cancelled,
                              std::function<void()> on_cancel)
    : watch_(watch) {
  const std::lock_guard lock(watch_.mutex_);
  call_ = watch_.calls_.insert(watch_.calls_.end(),
                               {std::move(is_cancelled), std::move(on_cancel)});
  // The thread is in its interval or, if there was no other call, wakes up for this one.
  if (watch_.calls_.size() == 1) watch_.changed_.notify_all();
}

CancelWatch::Watched::~Watched() {
  const std::lock_guard lock(watch_.mutex_);
  watch_.calls_.erase(call_);
}

void CancelWatch::loop() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    if (calls_.empty()) {
      changed_.wait(lock);
      continue;
    }
    changed_.wait_for(lock, kInterval, [this] { return closing_; });
    for (Call& call : calls_) {
      if (call.on_cancel && call.is_cancelled()) {
        call.on_cancel();
        call.on_cancel = nullptr;
      }
    }
  }
}

}  // namespace cutset::agent
