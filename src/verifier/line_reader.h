// The lines of a certificate, one after the other: memory is that of the longest line.
// Thread rule: one owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::verifier {

class LineReader {
 public:
  static constexpr size_t kLongestLine = size_t{1} << 26;

  /// "-" is standard input.
  static Result<LineReader> open(const std::string& path);
  /// Lines of `text`, which must outlive the reader.
  LineReader(std::string_view text, std::string name);

  /// The next line without its end, valid until the next call; nothing at the end.
  /// Error, kBadInput: reading failed, or the line is longer than kLongestLine.
  Result<std::optional<std::string_view>> next();
  int line() const { return line_; }
  const std::string& name() const { return name_; }

 private:
  Status refill();

  std::string name_;
  Fd owned_;
  int descriptor_ = -1;  // -1: all is in text_
  std::string_view text_;
  std::string buffer_;
  size_t at_ = 0;
  bool ended_ = false;
  int line_ = 0;
};

/// The words of a line, separated by spaces.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// "": no more.
  std::string_view next() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    size_t size = 0;
    while (size < rest_.size() && !is_space(rest_[size])) ++size;
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }
  bool at_end() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    return rest_.empty();
  }
  std::string_view rest() const { return rest_; }
  /// Nothing: no whole number of at most 18 digits.
  std::optional<int64_t> number() { return number_of(next()); }
  static std::optional<int64_t> number_of(std::string_view word);
  /// What a word of cutset-dag/1 stands for: %XX is a byte, "-" nothing.
  static std::string decoded(std::string_view word);

 private:
  static bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r'; }
  std::string_view rest_;
};

}  // namespace cutset::verifier
