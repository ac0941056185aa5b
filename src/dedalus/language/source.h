// The text of a file of a program, and what was found in it: errors and warnings with
// their places.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

inline constexpr size_t kMaxFileBytes = size_t{64} << 20;

struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;  // characters of UTF-8, not bytes
};

/// Invariant: offsets into the text stay valid; a view of it, as long as the Source lives
/// where it was made (it is never copied or moved).
class Source {
 public:
  /// Requires: text of at most kMaxFileBytes.
  Source(std::string name, std::string text);
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  LineColumn line_column(uint32_t offset) const;
  /// Without its end of line. Requires: such a line.
  std::string_view line(uint32_t number) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<uint32_t> starts_;  // offset of each line
};

enum class Severity : uint8_t { kError, kWarning };

/// One thing to say about a program.
struct Problem {
  Severity severity = Severity::kError;
  std::string check;  // a warning's name, "never-read"; "" for an error
  std::string message;
  uint32_t file = 0;        // index of the file among those of the program
  std::string file_name;    // "" if it is about no place
  LineColumn place;         // line 0: it is about the file as a whole
  std::string source_line;  // the whole line; "" if it is about no line
  ErrorKind kind = ErrorKind::kBadInput;

  Error error() const;
  /// "file:line:col: message", or "file:line:col: warning: message [check]".
  std::string text() const;
  /// text(), and below it the line with a caret.
  std::string text_with_source() const;
};

/// What is found, in the order it is found. Bounded: a hostile file must not fill the
/// memory with messages.
class Problems {
 public:
  static constexpr size_t kMaxErrors = 100;
  static constexpr size_t kMaxWarnings = 100;

  void error(const Source& source, uint32_t file, uint32_t offset, std::string message);
  void warning(const Source& source, uint32_t file, uint32_t offset, std::string check,
               std::string message);
  /// Requires: the place lies in `source`, whose number is place.file.
  void warning(const Source& source, const Place& place, std::string check,
               std::string message);
  /// About no line of the program, or one that the error knows.
  void error(Error error);

  bool has_errors() const { return errors_ > 0; }
  bool full() const { return errors_ >= kMaxErrors; }
  /// By file, line and column; with a last word if some were left out.
  std::vector<Problem> take_sorted();

 private:
  void add(Problem problem);

  std::vector<Problem> problems_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

}  // namespace cutset::dedalus
