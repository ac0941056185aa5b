// The lease: one controller at a time holds the agent, and only as long as it shows that
// it lives.
//
//   free --acquire--> held --(release | no beat for lease_ms | never kept)--> ending
//   --(undone)--> free
//
// While it is ending everything of the controller is undone by the `undo` callback; the
// next controller gets in only after that. Work for a controller passes through
// `with_lease`, which no end can overtake: what has begun is finished before undoing
// begins, and nothing begins after.
//
// Thread rule: all functions may be called from any thread. `undo` runs on the thread
// that ends the lease (the one that releases it, or the lease's own watching thread),
// never twice at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"

namespace cutset::agent {

class Lease {
 public:
  /// `undo` gets the reason for people ("no beat for 3000 ms").
  Lease(std::chrono::milliseconds length,
        std::function<void(const std::string& why)> undo);
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  std::chrono::milliseconds length() const { return length_; }

  /// Returns the token. Waits for an end that is under way. Error: held (names the
  /// holder).
  Result<std::string> acquire(const std::string& controller);
  /// A keeping stream opens: at most one. `cancel` is called when the lease ends by other
  /// means than release(). Error: not the token of the lease, or kept already.
  Status keep(const std::string& token, std::function<void()> cancel);
  /// False: the lease has ended.
  bool beat(const std::string& token);
  /// Ends the lease; returns when everything is undone. Nothing happens if it has ended.
  void release(const std::string& token, const std::string& why);

  /// True if this token holds the lease now.
  bool holds(const std::string& token) const;
  /// Calls `work` under the lease. Returns false, without calling it, if the token does
  /// not hold it.
  bool with_lease(const std::string& token, const std::function<void()>& work);
  /// True once the first controller has come.
  bool was_held() const;
  /// The holder for people; "" if there is none.
  std::string controller() const;

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { kFree, kHeld, kEnding };

  bool holds_locked(const std::string& token) const;
  void end(std::unique_lock<std::mutex>& lock, const std::string& why);
  void watch();

  const std::chrono::milliseconds length_;
  const std::function<void(const std::string&)> undo_;

  std::mutex
      work_;  // taken before mutex_; held while work is done and while an end begins
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kFree;
  std::string token_;
  std::string controller_;
  std::function<void()> cancel_;
  Clock::time_point deadline_;
  bool was_held_ = false;
  bool closing_ = false;
  std::thread watcher_;
};

}  // namespace cutset::agent
