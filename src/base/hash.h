// FNV-1a, 64 bit: the one hash whose value leaves a process (call handles, body digests,
// finding names). Stable across machines and versions; not for adversaries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cutset {

class Fnv64 {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      state_ = (state_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    }
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0xcbf29ce484222325ULL;
};

inline uint64_t fnv64(std::string_view bytes) {
  Fnv64 hash;
  hash.add(bytes);
  return hash.value();
}

/// 16 lower-case hex digits.
std::string hex16(uint64_t value);

}  // namespace cutset
