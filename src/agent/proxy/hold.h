// What keeps a request or an answer from being passed on: it opens when everybody who
// locked it has unlocked it.
//
// Thread rule: the loop's thread.
#pragma once

#include <functional>
#include <utility>

#include "base/check.h"

namespace cutset::agent::proxy {

class Hold {
 public:
  void lock() { ++locks_; }
  /// The last one opens it: what was held goes on during the call.
  void unlock() {
    CHECK(locks_ > 0);
    if (--locks_ > 0) return;
    if (const auto open = std::exchange(on_open_, nullptr)) open();
  }
  bool locked() const { return locks_ > 0; }

  void set_on_open(std::function<void()> function) { on_open_ = std::move(function); }
  /// What was held is gone.
  void forget() { on_open_ = nullptr; }

 private:
  int locks_ = 0;
  std::function<void()> on_open_;
};

}  // namespace cutset::agent::proxy
