// CHECK: what only a bug in cutset can make false. On in every build; ends the process
// with the place and the condition. Never for input, files or networks: those are Result
// (base/result.h).
#pragma once

namespace cutset {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace cutset

#define CHECK(condition)                                      \
  do {                                                        \
    if (!(condition)) [[unlikely]] {                          \
      ::cutset::check_failed(#condition, __FILE__, __LINE__); \
    }                                                         \
  } while (false)
