// ByteQueue: bytes that wait to be written or parsed. Appending at the end, taking from
// the front, both amortised O(1) a byte; the bytes are always contiguous.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <string_view>

namespace cutset::agent::proxy {

class ByteQueue {
 public:
  std::string_view view() const { return std::string_view(bytes_).substr(begin_); }
  size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }

  void append(std::string_view bytes) { bytes_.append(bytes); }
  /// Requires: count <= size().
  void take(size_t count) {
    begin_ += count;
    if (begin_ == bytes_.size()) {
      clear();
    } else if (begin_ >= kCompactAt && begin_ * 2 >= bytes_.size()) {
      bytes_.erase(0, begin_);
      begin_ = 0;
    }
  }
  void clear() {
    // A burst must not keep its memory for as long as the connection lives.
    if (bytes_.capacity() > kKeptCapacity) {
      bytes_ = std::string();
    } else {
      bytes_.clear();
    }
    begin_ = 0;
  }

 private:
  static constexpr size_t kCompactAt = 16 * 1024;
  static constexpr size_t kKeptCapacity = 256 * 1024;

  std::string bytes_;
  size_t begin_ = 0;
};

}  // namespace cutset::agent::proxy
