#include "dedalus/language/source.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace cutset::dedalus {

namespace {

constexpr size_t kShownColumns = 160;  // of a source line in a message

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)), starts_{0} {
  CHECK(text_.size() <= kMaxFileBytes);
  for (size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '\n') starts_.push_back(static_cast<uint32_t>(at) + 1);
  }
}

LineColumn Source::line_column(uint32_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  LineColumn place;
  place.line = static_cast<uint32_t>(after - starts_.begin());
  for (size_t at = *(after - 1); at < offset && at < text_.size(); ++at) {
    if (!continues_character(text_[at])) ++place.column;
  }
  return place;
}

std::string_view Source::line(uint32_t number) const {
  CHECK(number >= 1 && number <= starts_.size());
  const size_t start = starts_[number - 1];
  const size_t end = std::min(text_.find('\n', start), text_.size());
  std::string_view line = text().substr(start, end - start);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

Error Problem::error() const {
  Error error = Error::bad_input(message, file_name, static_cast<int>(place.line),
                                 static_cast<int>(place.column));
  error.kind = kind;
  return error;
}

std::string Problem::text() const {
  Error error = this->error();
  if (severity == Severity::kWarning) {
    error.message = "warning: " + error.message + " [" + check + "]";
  }
  return error.text();
}

std::string Problem::text_with_source() const {
  if (place.line == 0 || source_line.empty()) return text();
  std::string caret;
  uint32_t column = 1;
  for (const char byte : source_line) {
    if (column >= place.column) break;
    if (continues_character(byte)) continue;
    caret += byte == '\t' ? '\t' : ' ';
    ++column;
  }
  if (place.column > kShownColumns) return text();
  // A tab stays a tab, so that the caret stands where the terminal puts the character.
  std::vector<std::string> parts = split(source_line.substr(0, kShownColumns), "\t");
  for (std::string& part : parts) part = one_line(part);
  return text() + "\n  " + join(parts, "\t") + "\n  " + caret + "^";
}

void Problems::error(const Source& source, uint32_t file, uint32_t offset,
                     std::string message) {
  const LineColumn place = source.line_column(offset);
  add({.severity = Severity::kError,
       .check = "",
       .message = std::move(message),
       .file = file,
       .file_name = source.name(),
       .place = place,
       .source_line = std::string(source.line(place.line)),
       .kind = ErrorKind::kBadInput});
}

void Problems::warning(const Source& source, uint32_t file, uint32_t offset,
                       std::string check, std::string message) {
  const LineColumn at = source.line_column(offset);
  warning(source, {file, at.line, at.column}, std::move(check), std::move(message));
}

void Problems::warning(const Source& source, const Place& place, std::string check,
                       std::string message) {
  add({.severity = Severity::kWarning,
       .check = std::move(check),
       .message = std::move(message),
       .file = place.file,
       .file_name = source.name(),
       .place = {place.line, place.column},
       .source_line = std::string(source.line(place.line)),
       .kind = ErrorKind::kBadInput});
}

void Problems::error(Error error) {
  Problem problem;
  problem.message = std::move(error.message);
  problem.file_name = std::move(error.file);
  problem.place = {static_cast<uint32_t>(error.line),
                   static_cast<uint32_t>(error.column)};
  problem.kind = error.kind;
  add(std::move(problem));
}

void Problems::add(Problem problem) {
  const bool warning = problem.severity == Severity::kWarning;
  size_t& count = warning ? warnings_ : errors_;
  if (++count > (warning ? kMaxWarnings : kMaxErrors)) return;
  constexpr size_t kMaxKept = 1000;  // bytes of one line
  if (problem.source_line.size() > kMaxKept) problem.source_line.resize(kMaxKept);
  problems_.push_back(std::move(problem));
}

std::vector<Problem> Problems::take_sorted() {
  const auto key = [](const Problem& problem) {
    return std::tuple(problem.file, problem.place.line, problem.place.column);
  };
  std::stable_sort(problems_.begin(), problems_.end(),
                   [&key](const Problem& left, const Problem& right) {
                     return key(left) < key(right);
                   });
  const size_t left_out = (errors_ > kMaxErrors ? errors_ - kMaxErrors : 0) +
                          (warnings_ > kMaxWarnings ? warnings_ - kMaxWarnings : 0);
  if (left_out > 0) {
    Problem last;
    last.severity = errors_ > kMaxErrors ? Severity::kError : Severity::kWarning;
    last.check = errors_ > kMaxErrors ? "" : "more";
    last.place = {0, 0};
    last.message = std::to_string(left_out) + " more are not shown";
    problems_.push_back(std::move(last));
  }
  return std::move(problems_);
}

}  // namespace cutset::dedalus
