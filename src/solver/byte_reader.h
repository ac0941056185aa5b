// The bytes of a file, a descriptor or a text in memory, a window at a time, with line
// and column for errors. Whoever reads asks for as many bytes as a token may have.
//
// Invariant: a '\0' stands behind the window's last byte, so that scanning by characters
// stops by itself. Thread rule: one owner.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::solver {

class ByteReader {
 public:
  /// "-" is standard input.
  static Result<std::unique_ptr<ByteReader>> open(const std::string& path);
  /// `text` must outlive the reader.
  ByteReader(std::string_view text, std::string name);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  /// At least `bytes` from here (at most kMostAhead), or all that are left.
  void ensure(size_t bytes) {
    if (static_cast<size_t>(end_ - at_) < bytes) refill();
  }
  static constexpr size_t kMostAhead = size_t{1} << 16;

  /// The byte here; '\0' at the end (and where one is in the input: see at_end()).
  char peek() const { return *at_; }
  bool at_end() {
    if (at_ < end_) return false;
    refill();
    return at_ == end_;
  }
  const char* position() const { return at_; }
  const char* window_end() const { return end_; }
  /// Requires: position() <= to <= window_end(); no newline in between.
  void skip_to(const char* to) { at_ = to; }
  void skip() { ++at_; }
  /// Requires: peek() is a newline.
  void skip_newline() {
    ++at_;
    ++line_;
    line_start_ = offset();
  }

  int line() const { return line_; }
  Error error(const std::string& message) const;
  /// Error at a column that was remembered with column().
  Error error_at(int column, const std::string& message) const;
  int column() const { return static_cast<int>(offset() - line_start_) + 1; }
  const std::string& name() const { return name_; }
  /// Reading failed (not: ended).
  bool failed() const { return failed_; }

 private:
  ByteReader(int descriptor, bool owned, std::string name);
  void refill();
  size_t offset() const {
    return window_offset_ + static_cast<size_t>(at_ - window_begin_);
  }

  std::string name_;
  int descriptor_ = -1;
  bool owned_ = false;
  bool ended_ = false;
  bool failed_ = false;
  std::string_view text_;  // what is left of a text in memory
  std::unique_ptr<char[]> window_;
  const char* window_begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  size_t window_offset_ = 0;
  size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace cutset::solver
