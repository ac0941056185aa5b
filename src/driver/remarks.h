// Remarks that whoever injects faults makes on our standard input: one name a line
// ("start", "heal"); each becomes a line of the history, by process "faults".
//
// Thread rule: one owner; a thread of its own reads.
#pragma once

#include <atomic>
#include <thread>

#include "driver/recorder.h"

namespace cutset::driver {

class Remarks {
 public:
  explicit Remarks(Recorder& recorder);
  ~Remarks();
  Remarks(const Remarks&) = delete;
  Remarks& operator=(const Remarks&) = delete;

  /// Until "heal" was read, or the input has ended.
  void await_heal(const std::atomic<bool>& stop) const;

 private:
  void read_all();

  Recorder& recorder_;
  std::atomic<bool> done_{false};
  std::atomic<bool> healed_{false};
  std::thread reader_;
};

}  // namespace cutset::driver
