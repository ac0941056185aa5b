// Tells a blocking call that its client has given up. gRPC's blocking servers can only be
// asked, so one thread asks, and only while a call is being watched; the call itself is
// not delayed.
//
// Thread rule: all functions may be called from any thread. `on_cancel` runs on the
// watching thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace cutset::agent {

class CancelWatch {
 private:
  struct Call {
    std::function<bool()> is_cancelled;
    std::function<void()> on_cancel;
  };

 public:
  CancelWatch();
  ~CancelWatch();
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;

  /// Watches as long as it lives. Neither function is running or called any more when its
  /// destructor returns.
  class Watched {
   public:
    Watched(CancelWatch& watch, std::function<bool()> is_cancelled,
            std::function<void()> on_cancel);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

   private:
    CancelWatch& watch_;
    std::list<Call>::iterator call_;
  };

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Call> calls_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace cutset::agent
