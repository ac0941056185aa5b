// Waits until a run is quiet: no marked call open, and none begun or ended for a while.
// Woken by the run and by timers, never by polling.
//
// Thread rule: the loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "agent/proxy/clock.h"
#include "agent/proxy/loop.h"
#include "agent/proxy/run.h"

namespace cutset::agent::proxy {

class Settling {
 public:
  struct Times {
    Nanos quiet = 0;
    Nanos quiet_abandoned = 0;  // the same when a caller gave up on a call
    Nanos limit = 0;
  };

  /// `done(quiet)` is called once, perhaps from within start().
  Settling(Loop& loop, std::shared_ptr<Run> run, Times times,
           std::function<void(bool)> done);
  ~Settling();
  Settling(const Settling&) = delete;
  Settling& operator=(const Settling&) = delete;

  void start();
  /// Gives up waiting: done(false).
  void stop() { finish(false); }

 private:
  void check();
  void finish(bool quiet);

  Loop& loop_;
  std::shared_ptr<Run> run_;
  Times times_;
  std::function<void(bool)> done_;
  Nanos deadline_ = 0;
  TimerQueue::Id timer_;
};

}  // namespace cutset::agent::proxy
