// Digests of a body, computed as its bytes pass by (constant memory).
//
//   exact: fnv64 of the bytes.
//   shape: the same after every token (letters, digits, '-', '_', '.') that contains a
//   digit (numbers,
//          UUIDs, dates, generated ids) is replaced by one '0': equal for bodies that
//          differ only in volatile values.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace cutset::identity {

class BodyDigest {
 public:
  void add(std::string_view bytes);
  uint64_t exact() const { return exact_.value(); }
  /// Ends the last token; no add() afterwards.
  uint64_t shape();
  uint64_t size() const { return size_; }

 private:
  void end_token();

  Fnv64 exact_;
  Fnv64 shape_;
  Fnv64 token_;  // of the token being read, in case it turns out to have no digit
  bool in_token_ = false;
  bool token_has_digit_ = false;
  uint64_t size_ = 0;
};

}  // namespace cutset::identity
