// Calls functions at moments of the monotonic clock, each on a thread of a bounded pool,
// so that a slow one delays no other.
//
// Thread rule: all functions may be called from any thread, also from a called function
// (but not stop()).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace cutset::agent {

class Timeline {
 public:
  using Clock = std::chrono::steady_clock;
  using Work = std::function<void()>;

  /// Steps that are slow at the same moment; what comes on top waits for one of them.
  static constexpr size_t kMostThreads = 64;

  Timeline();
  ~Timeline() { stop(); }
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  /// Work of one moment is begun in the order in which it was added.
  void at(Clock::time_point when, Work work);
  void now(Work work);

  /// What has not begun is dropped; returns when what has begun is done.
  void stop();

 private:
  void keep_time();
  void work_loop();
  void hand_over(std::unique_lock<std::mutex>& lock, Work work);

  std::mutex mutex_;
  std::condition_variable time_changed_;
  std::condition_variable work_came_;
  std::multimap<Clock::time_point, Work> waiting_;
  std::deque<Work> due_;
  std::vector<std::thread> workers_;
  size_t idle_ = 0;
  bool stopping_ = false;
  std::thread keeper_of_time_;
};

}  // namespace cutset::agent
