// Just enough JSON, pulled value by value from a ByteReader: what the reader of graphs
// walks through, without a tree. Errors carry line and column.
//
// Bounds: strings up to kMostString bytes, skipped values up to kMostDepth deep.
// Thread rule: one owner.
#pragma once

#include <string>

#include "solver/byte_reader.h"

namespace cutset::solver {

class JsonCursor {
 public:
  explicit JsonCursor(ByteReader& input) : input_(&input) {}
  static constexpr size_t kMostString = 4096;
  static constexpr int kMostDepth = 64;

  /// The next byte that is no white space; '\0' at the end.
  char next();
  /// Error: another byte comes. `what` says what was expected, e.g. "'[' (the faults)".
  Status expect(char byte, const char* what);
  /// Takes the byte if it comes next.
  bool take(char byte);
  Result<std::string> string(const char* what);
  Result<int64_t> integer(const char* what);
  /// Any value, as it is written, without white space outside strings; at most
  /// `most_bytes` of it are kept.
  Result<std::string> raw(size_t most_bytes);
  Error error(const std::string& message) { return input_->error(message); }
  /// Error where the last string or integer began.
  Error value_error(const std::string& message) {
    return input_->error_at(value_column_, message);
  }

 private:
  Status copy_string(std::string& text, size_t most_bytes);
  ByteReader* input_;
  int value_column_ = 1;
};

}  // namespace cutset::solver
