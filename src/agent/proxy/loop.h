// The event loop: one thread, epoll, timers, and functions that other threads hand over.
//
// Invariants:
// 1. Handlers are only called on the loop's thread.
// 2. What is buried lives until the end of the current turn, so an object may end itself
// (or the object that
//    called it) in a callback, and a pending event never meets a dead handler.
//
// Thread rule: post() and stop() from any thread; all else on the loop's thread, or
// before run().
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "agent/proxy/timers.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent::proxy {

/// What can be buried.
class Disposable {
 public:
  virtual ~Disposable() = default;
};

class EventHandler : public Disposable {
 public:
  /// `events` is epoll's mask. May be called once more after unwatch() within the same
  /// turn.
  virtual void on_events(uint32_t events) = 0;
};

class Loop {
 public:
  static Result<std::unique_ptr<Loop>> create();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Turns until stop().
  void run();
  void stop();
  void post(std::function<void()> function);

  /// False: the system refused (errno tells).
  bool watch(int fd, uint32_t events, EventHandler* handler);
  void change(int fd, uint32_t events, EventHandler* handler);
  void unwatch(int fd);
  void bury(std::unique_ptr<Disposable> object);

  TimerQueue::Id call_at(Nanos when, std::function<void()> function);
  void cancel(TimerQueue::Id& id) { timers_.cancel(id); }

  /// For reads that are handed on before the next read.
  std::span<char> scratch() { return scratch_; }

 private:
  Loop() : scratch_(size_t{64} * 1024) {}
  void wait_and_dispatch();
  void run_posted();
  void set_alarm();

  Fd epoll_;
  Fd wake_;   // eventfd: something was posted
  Fd alarm_;  // timerfd: epoll_wait alone rounds to milliseconds
  Nanos alarm_at_ = 0;
  TimerQueue timers_;
  std::vector<char> scratch_;
  std::vector<std::unique_ptr<Disposable>> graveyard_;

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
};

}  // namespace cutset::agent::proxy
