// Runs functions in child processes of their own, several at a time, under limits of the
// kernel: whatever one of them does (endless loop, all memory, a crash), the others and
// the caller go on. For work on foreign input; commands are base/subprocess.h's.
//
// A function tells what it finds by lines, which the caller gets as they come: what was
// told before the end is kept. Children are ended when the caller's process ends.
//
// Thread rule: one thread; Requires: no other threads (the children are forks).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset {

struct ProcessLimits {
  uint64_t memory_bytes = uint64_t{1} << 30U;  // more than the caller has at the start
  std::chrono::seconds processor_time{60};
  std::chrono::milliseconds deadline{600'000};  // of the clock on the wall
  size_t output_bytes = size_t{16} << 20U;      // of all lines
};

/// How a child ended.
struct ProcessEnd {
  enum class Kind : uint8_t {
    kDone,       // its function returned
    kTime,       // processor time or deadline
    kMemory,     // std::bad_alloc, or the kernel took it
    kOutput,     // more lines than allowed
    kCrashed,    // by a signal, or an exception
    kNotStarted  // stopped before, or ended by the stop
  };
  Kind kind = Kind::kDone;
  std::string detail;  // crashed: the signal, and the end of what it wrote to stderr
};

/// Writes one line to the caller. Requires: no line feed in it.
using TellLine = std::function<void(std::string_view line)>;

struct GuardedWork {
  size_t count = 0;  // of children, numbered from 0
  size_t jobs = 1;   // at a time
  ProcessLimits limits;
  std::function<void(size_t number, const TellLine&)> run;         // in the child
  std::function<void(size_t number, std::string_view line)> told;  // in the caller
  std::function<void(size_t number, const ProcessEnd&)> ended;     // likewise, once each
  std::function<bool()> stop;  // asked often; true: all that run are ended. May be empty
};

/// Returns when all have ended. Error: no process or pipe can be made.
Status run_guarded(const GuardedWork& work);

}  // namespace cutset
