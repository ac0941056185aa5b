// What the threads of a run tell the one that leads it. Private to play/.
//
// Thread rule: push() from any thread, take() by one.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>

#include "base/check.h"
#include "base/fd.h"
#include "injector/stop_signal.h"

namespace cutset::injector::play {

template <typename Letter>
class Mailbox {
 public:
  Mailbox() : arrived_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(arrived_.valid());
  }

  void push(Letter letter) {
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(std::move(letter));
    }
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(arrived_.get(), &one, sizeof one);
  }

  /// The next letter; nothing when `patience` is over or, with `stop`, a stop was asked.
  std::optional<Letter> take(std::chrono::nanoseconds patience, const StopSignal* stop) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (true) {
      if (stop != nullptr && stop->requested()) return std::nullopt;
      {
        const std::lock_guard lock(mutex_);
        uint64_t count = 0;
        [[maybe_unused]] const ssize_t size =
            ::read(arrived_.get(), &count, sizeof count);
        if (!letters_.empty()) {
          Letter letter = std::move(letters_.front());
          letters_.pop_front();
          return letter;
        }
      }
      const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(
          until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return std::nullopt;
      constexpr int64_t kNanosASecond = 1'000'000'000;
      const timespec time{left.count() / kNanosASecond, left.count() % kNanosASecond};
      pollfd polled[2] = {{arrived_.get(), POLLIN, 0},
                          {stop != nullptr ? stop->fd() : -1, POLLIN, 0}};
      ::ppoll(polled, 2, &time, nullptr);
    }
  }

 private:
  Fd arrived_;
  std::mutex mutex_;
  std::deque<Letter> letters_;
};

}  // namespace cutset::injector::play
