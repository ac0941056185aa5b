// Reads cutset-history/1: JSON lines, as they come.
//
// What is refused, with file:line:col: a line that is no object of known fields' types,
// an operation without process, type or f, a completion without its invocation, an
// invocation while the process waits for another, time that runs backwards. Fields that
// are not known are left out: drivers may add their own.
//
// Bounds: kLongestLine bytes a line, kMostEvents events.
// Thread rule: one owner.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "history/event.h"

#include "base/result.h"

namespace cutset::history {

constexpr size_t kLongestLine = size_t{16} << 20;
constexpr size_t kMostEvents = 10'000'000;

/// One line, without regard to the lines before it. Error: bad_input with its column.
Result<std::variant<Header, Event>> parse_line(std::string_view line);

class EventReader {
 public:
  explicit EventReader(std::string file) : file_(std::move(file)) {}

  /// The next bytes, cut anywhere; `take` gets each event that is complete now.
  /// Error: bad_input with file, line and column; nothing may be added after it.
  template <typename Take>
  Status add(std::string_view bytes, Take take) {
    CUTSET_TRY(cut_lines(bytes));
    for (Event& event : ready_) take(std::move(event));
    ready_.clear();
    return {};
  }
  /// The end of the text: a last line without a line feed is complete.
  template <typename Take>
  Status finish(Take take) {
    CUTSET_TRY(last_line());
    for (Event& event : ready_) take(std::move(event));
    ready_.clear();
    return {};
  }
  const Header& header() const { return header_; }

 private:
  Status cut_lines(std::string_view bytes);
  Status last_line();
  Status read_line(std::string_view line);
  Status check_order(const Event& event);

  std::string file_;
  std::string rest_;  // of a line that has not ended
  std::vector<Event> ready_;
  Header header_;
  int line_ = 0;
  size_t events_ = 0;
  int64_t last_time_ns_ = 0;
  std::map<int64_t, int> open_;  // process -> line of its invocation
};

/// A whole file; "-": standard input.
Result<EventLog> read_history(const std::string& path);
Result<EventLog> parse_history(std::string_view text, const std::string& file);

}  // namespace cutset::history
