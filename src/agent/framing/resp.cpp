#include "agent/framing/resp.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace cutset::agent::framing {

namespace {

constexpr size_t kLineKept = 80;
constexpr size_t kNameKept = 32;
constexpr size_t kMarkSize = 40;
constexpr size_t kLongestFound = 64;  // of a line that ends a search

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string in_capitals(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

std::optional<int64_t> number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view type_name(char type) {
  switch (type) {
    case '+':
      return "simple";
    case '-':
      return "error";
    case ':':
      return "integer";
    case '$':
      return "bulk";
    case '*':
      return "array";
    case '_':
      return "null";
    case '#':
      return "boolean";
    case ',':
      return "double";
    case '(':
      return "number";
    case '!':
      return "bulk-error";
    case '=':
      return "verbatim";
    case '%':
      return "map";
    case '~':
      return "set";
    case '>':
      return "push";
    case '|':
      return "attribute";
    default:
      return "";
  }
}

enum class Match { kNo, kYes, kUnknown };

/// Whether text begins with one `type`, digits and a line end; its length.
Match counted_line(std::string_view text, char type, size_t& length) {
  if (text.empty()) return Match::kUnknown;
  if (text[0] != type) return Match::kNo;
  size_t at = 1;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at > 10 || (at == 1 && at < text.size())) return Match::kNo;
  if (at == text.size()) return Match::kUnknown;
  if (text[at] != '\r') return Match::kNo;
  if (at + 1 == text.size()) return Match::kUnknown;
  length = at + 2;
  return text[at + 1] == '\n' ? Match::kYes : Match::kNo;
}

/// Whether a message seems to begin with text (see "joining in the middle").
Match begins_message(std::string_view text) {
  if (text.empty()) return Match::kUnknown;
  if (text[0] == '*') {
    size_t array = 0;
    size_t bulk = 0;
    const Match first = counted_line(text, '*', array);
    return first == Match::kYes ? counted_line(text.substr(array), '$', bulk) : first;
  }
  if (text[0] != '+' && text[0] != '-') return Match::kNo;
  const std::string_view line = text.substr(0, kLongestFound);
  const size_t end = line.find('\r');
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  const std::string_view words = line.substr(0, end);
  if (!std::all_of(words.begin(), words.end(), printable)) return Match::kNo;
  if (end == std::string_view::npos)
    return line.size() == kLongestFound ? Match::kNo : Match::kUnknown;
  if (end + 1 == text.size()) return Match::kUnknown;
  return end > 1 && text[end + 1] == '\n' ? Match::kYes : Match::kNo;
}

}  // namespace

RespFramer::RespFramer(Side side, bool from_start) : side_(side) {
  if (from_start) return;
  state_ = State::kLost;
  synchronised_ = false;
  window_ = "\r\n";  // the place where it was joined may be a beginning
}

bool RespFramer::sends_commands() const {
  return side_ != Side::kAnswer || replication_;
}

void RespFramer::label_if_new(std::string_view text, std::vector<Event>& events) {
  if (labelled_) return;
  message_ = label(begin_, text, events);
  labelled_ = true;
}

void RespFramer::complete(std::vector<Event>& events) {
  label_if_new(type_name(type_), events);
  end(message_, offset_, events);
  labelled_ = naming_ = false;
  state_ = State::kType;
}

void RespFramer::element_complete(std::vector<Event>& events) {
  state_ = State::kType;
  naming_ = false;
  while (!open_.empty()) {
    if (--open_.back() > 0) return;
    open_.pop_back();
  }
  complete(events);
}

void RespFramer::lose(bool behind_line, std::vector<Event>& events) {
  if (labelled_) broken(message_, offset_, events);
  labelled_ = naming_ = false;
  open_.clear();
  window_ = behind_line ? "\r\n" : "";
  state_ = State::kLost;
  synchronised_ = false;
}

void RespFramer::simple_line(std::vector<Event>& events) {
  if (type_ == '+' && open_.empty() && side_ != Side::kRequest) {
    const bool full = line_.starts_with("FULLRESYNC");
    if (full || line_.starts_with("CONTINUE")) {
      replication_ = true;
      dump_expected_ = full;
      label_if_new(full ? "FULLRESYNC" : "CONTINUE", events);
    }
  }
  label_if_new(type_name(type_), events);
  element_complete(events);
}

void RespFramer::begin_bulk(std::vector<Event>& events) {
  const bool outermost = open_.empty();
  if (type_ == '$' && outermost && line_.starts_with("EOF:") &&
      line_.size() == 4 + kMarkSize) {
    mark_ = line_.substr(4);
    window_.clear();
    label_if_new("RDB", events);
    state_ = State::kDumpToMark;
    return;
  }
  const std::optional<int64_t> size = number(line_);
  if (!size || *size < -1 || *size > kLongestBulk) {
    lose(true, events);
    return;
  }
  if (type_ == '$' && outermost && dump_expected_ && *size >= 0) {
    label_if_new("RDB", events);
    left_ = static_cast<uint64_t>(*size);
    state_ = State::kDump;
    dump_expected_ = false;
    if (left_ == 0) complete(events);
    return;
  }
  if (*size < 0) {
    if (naming_) label_if_new("array", events);
    element_complete(events);
    return;
  }
  if (naming_ && *size == 0) naming_ = false;
  if (!naming_) label_if_new(outermost ? type_name(type_) : "array", events);
  left_ = static_cast<uint64_t>(*size) + 2;
  state_ = State::kBulk;
}

void RespFramer::begin_array(std::vector<Event>& events) {
  const std::optional<int64_t> count = number(line_);
  const bool pairs = type_ == '%' || type_ == '|';
  if (!count || *count < -1 || *count > kMostElements || open_.size() == kDeepest) {
    lose(true, events);
    return;
  }
  if (*count <= 0) {
    label_if_new(open_.empty() ? type_name(type_) : "array", events);
    element_complete(events);
    return;
  }
  naming_ = open_.empty() && type_ == '*' && sends_commands();
  name_.clear();
  if (!naming_) label_if_new(open_.empty() ? type_name(type_) : "array", events);
  open_.push_back(pairs ? 2 * *count : *count);
  state_ = State::kType;
}

void RespFramer::line_complete(std::vector<Event>& events) {
  if (is_letter(type_)) {  // an inline command: type_ is its first letter
    const std::string_view line(line_);
    label_if_new(in_capitals(type_ + std::string(line.substr(0, line.find(' ')))),
                 events);
    element_complete(events);
    return;
  }
  switch (type_) {
    case '$':
    case '!':
    case '=':
      return begin_bulk(events);
    case '*':
    case '%':
    case '~':
    case '>':
    case '|':
      return begin_array(events);
    default:
      return simple_line(events);
  }
}

size_t RespFramer::read_line(std::string_view bytes, std::vector<Event>& events) {
  const bool counts = std::string_view("$!=*%~>|").find(type_) != std::string_view::npos;
  if (counts) bytes = bytes.substr(0, kLineKept - line_.size());
  const size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end);
  line_ += part.substr(0, kLineKept - std::min(kLineKept, line_.size()));
  const bool cut = (line_size_ += part.size()) > kLineKept;
  if (cut) label_if_new(is_letter(type_) ? "?" : type_name(type_), events);
  if (end == std::string_view::npos) {
    offset_ += bytes.size();
    if (counts && line_size_ == kLineKept) lose(false, events);
    return bytes.size();
  }
  offset_ += end + 1;
  if (line_.ends_with('\r')) line_.pop_back();
  line_complete(events);
  return end + 1;
}

size_t RespFramer::read_bulk(std::string_view bytes, std::vector<Event>& events) {
  const auto taken = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
  offset_ += taken;
  if (naming_) {
    const size_t of_name = left_ > 2 ? std::min<size_t>(taken, left_ - 2) : 0;
    name_ += bytes.substr(0, std::min(of_name, kNameKept - name_.size()));
    left_ -= taken;
    if (left_ <= 2 || name_.size() == kNameKept) {
      label_if_new(in_capitals(name_), events);
      naming_ = false;
    }
  } else {
    left_ -= taken;
  }
  if (left_ > 0) return taken;
  if (state_ == State::kDump)
    complete(events);
  else
    element_complete(events);
  return taken;
}

size_t RespFramer::read_to_mark(std::string_view bytes, std::vector<Event>& events) {
  // The mark may have begun in earlier bytes: they are kept as far as it can reach.
  const size_t before = window_.size();
  const size_t piece = std::min<size_t>(bytes.size(), kLongestUnsettled);
  window_ += bytes.substr(0, piece);
  const size_t found = window_.find(mark_);
  if (found == std::string::npos) {
    if (window_.size() >= kMarkSize) window_.erase(0, window_.size() - (kMarkSize - 1));
    offset_ += piece;
    return piece;
  }
  const size_t taken = found + kMarkSize - before;
  offset_ += taken;
  window_.clear();
  dump_expected_ = false;
  complete(events);
  return taken;
}

size_t RespFramer::read(std::string_view bytes, std::vector<Event>& events) {
  switch (state_) {
    case State::kType: {
      const char c = bytes[0];
      const bool outermost = open_.empty();
      if (outermost && (c == '\n' || c == '\r')) {  // a master that prepares its dump
        ++offset_;
        return 1;
      }
      if (outermost) begin_ = offset_;
      if (type_name(c).empty() && !(outermost && sends_commands() && is_letter(c))) {
        lose(true, events);
        return 0;
      }
      type_ = c;
      line_.clear();
      line_size_ = 0;
      state_ = State::kLine;
      if (naming_ && c != '$') {  // no command: its first element is no string
        naming_ = false;
        label_if_new("array", events);
      }
      ++offset_;
      return 1;
    }
    case State::kLine:
      return read_line(bytes, events);
    case State::kBulk:
    case State::kDump:
      return read_bulk(bytes, events);
    case State::kDumpToMark:
      return read_to_mark(bytes, events);
    case State::kLost:
      break;
  }
  return 0;
}

/// True: the window begins with a message.
bool RespFramer::find() {
  size_t at = 0;
  while (true) {
    const size_t line_end = window_.find("\r\n", at);
    if (line_end == std::string::npos) {
      window_.erase(0, window_.ends_with('\r') ? window_.size() - 1 : window_.size());
      return false;
    }
    const Match match = begins_message(std::string_view(window_).substr(line_end + 2));
    if (match == Match::kNo) {
      at = line_end + 2;
      continue;
    }
    window_.erase(0, match == Match::kYes ? line_end + 2 : line_end);
    return match == Match::kYes;
  }
}

void RespFramer::feed(std::string_view bytes, std::vector<Event>& events) {
  while (!bytes.empty()) {
    if (state_ != State::kLost) {
      bytes.remove_prefix(read(bytes, events));
      continue;
    }
    // A byte at a time once something may have begun: what was found is read again, and
    // is at most a short line.
    size_t piece = 1;
    if (window_.empty()) {
      const size_t end = bytes.find('\r');
      piece = end == std::string_view::npos ? bytes.size() : end + 1;
    }
    window_ += bytes.substr(0, piece);
    bytes.remove_prefix(piece);
    offset_ += piece;
    if (!find()) continue;
    const std::string found = std::exchange(window_, {});
    offset_ -= found.size();
    state_ = State::kType;
    synchronised_ = true;
    std::string_view again(found);
    while (!again.empty() && state_ != State::kLost)
      again.remove_prefix(read(again, events));
    offset_ += again.size();
  }
  const bool waits =
      state_ != State::kLost && !labelled_ && (state_ != State::kType || !open_.empty());
  settled_ = waits ? begin_ : offset_;
}

void RespFramer::skip(uint64_t count, std::vector<Event>& events) {
  if (count == 0) return;
  const bool counted = state_ == State::kBulk || state_ == State::kDump;
  if (counted && labelled_ && count <= left_) {
    offset_ += count;
    left_ -= count;
    if (left_ == 0) {
      if (state_ == State::kDump)
        complete(events);
      else
        element_complete(events);
    }
  } else {
    lose(false, events);
    offset_ += count;
  }
  settled_ = offset_;
}

}  // namespace cutset::agent::framing
