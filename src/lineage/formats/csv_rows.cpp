#include "lineage/formats/csv_rows.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::lineage {

namespace {

constexpr size_t kNowhere = std::string_view::npos;
constexpr size_t kShown = 40;

char lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                              : character;
}

bool equal_names(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_named(std::string_view field, const CsvColumn& column) {
  return equal_names(field, column.name) ||
         (!column.other_name.empty() && equal_names(field, column.other_name));
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.substr(0, kMark.size()) == kMark) text.remove_prefix(kMark.size());
  return text;
}

/// Names have no commas and no quotes in them.
std::string_view header_field(std::string_view field) {
  field = trim(field);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
    field = field.substr(1, field.size() - 2);
  return field;
}

std::vector<std::string_view> header_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t comma = line.find(',');
    fields.push_back(header_field(line.substr(0, comma)));
    if (comma == kNowhere) return fields;
    line.remove_prefix(comma + 1);
  }
}

size_t place_of(const CsvColumn& column, const std::vector<std::string_view>& fields) {
  for (size_t field = 0; field < fields.size(); ++field) {
    if (is_named(fields[field], column)) return field;
  }
  return kNowhere;
}

}  // namespace

bool has_csv_columns(std::string_view head, std::span<const CsvColumn> columns) {
  const std::vector<std::string_view> fields =
      header_fields(without_mark(head.substr(0, head.find('\n'))));
  return std::all_of(columns.begin(), columns.end(), [&fields](const CsvColumn& column) {
    return !column.required || place_of(column, fields) != kNowhere;
  });
}

Status CsvRows::read_header() {
  bool end = false;
  CUTSET_ASSIGN(const std::string_view line, input_.take_line(end));
  const std::vector<std::string_view> fields = header_fields(without_mark(line));
  header_fields_ = fields.size();
  places_.clear();
  for (const CsvColumn& column : columns_) {
    places_.push_back(place_of(column, fields));
    if (places_.back() != kNowhere || !column.required) continue;
    return Error::bad_input(
        fmt::format("found no column {}: expected a header with it", column.name),
        input_.name(), input_.line(), 1);
  }
  return {};
}

Result<bool> CsvRows::next() {
  CUTSET_ASSIGN(const bool found, read_row());
  if (!found || fields_.size() >= header_fields_) return found;
  // A peek may move the bytes that the fields are views of.
  for (Field& field : fields_) field.text = {};
  CUTSET_ASSIGN(const std::string_view rest, input_.peek(1));
  if (!rest.empty()) return true;
  return Error::bad_input(
      fmt::format("found {} fields in the last row: expected {}; is the file cut off?",
                  fields_.size(), header_fields_),
      input_.name(), row_line_, 1);
}

Result<bool> CsvRows::read_row() {
  for (;;) {
    bool end = false;
    CUTSET_ASSIGN(std::string_view line, input_.take_line(end));
    if (end) return false;
    if (trim(line).empty()) continue;
    row_line_ = input_.line();
    bool more = false;
    CUTSET_TRY(split(line, more));
    if (!more) return true;
    joined_ = line;
    for (int lines = 1; more; ++lines) {
      CUTSET_ASSIGN(line, input_.take_line(end));
      if (end || lines == kMostLines || joined_.size() + line.size() > kLongestRow) {
        return Error::bad_input(
            fmt::format("found a quote that does not end within {} lines: expected '\"'",
                        lines),
            input_.name(), row_line_, static_cast<int>(fields_.back().column));
      }
      joined_ += '\n';
      joined_ += line;
      CUTSET_TRY(split(joined_, more));
    }
    return true;
  }
}

/// `more`: the last field is quoted and goes on in the next line.
Status CsvRows::split(std::string_view line, bool& more) {
  fields_.clear();
  unquoted_.clear();
  more = false;
  for (size_t at = 0;;) {
    Field field;
    field.column = at + 1;
    if (at < line.size() && line[at] == '"') {
      const size_t begin = ++at;
      size_t quotes = 0;
      for (;; ++at) {
        if (at >= line.size()) {
          fields_.push_back(field);
          more = true;
          return {};
        }
        if (line[at] != '"') continue;
        if (at + 1 >= line.size() || line[at + 1] != '"') break;
        ++at;
        ++quotes;
      }
      field.text = line.substr(begin, at - begin);
      ++at;
      if (at < line.size() && line[at] != ',') {
        return Error::bad_input(
            fmt::format("found '{}' behind a quoted field: expected ',' or the end of "
                        "the row; a quote inside a field is written twice",
                        line[at]),
            input_.name(), row_line_, static_cast<int>(at + 1));
      }
      if (quotes > 0) {
        std::string& text = unquoted_.emplace_back();
        for (size_t byte = 0; byte < field.text.size(); ++byte) {
          if (field.text[byte] == '"') ++byte;
          text += field.text[byte];
        }
        field.text = text;
      }
    } else {
      const size_t comma = std::min(line.find(',', at), line.size());
      field.text = line.substr(at, comma - at);
      at = comma;
    }
    fields_.push_back(field);
    if (at >= line.size()) return {};
    ++at;
  }
}

std::string_view CsvRows::at(size_t column) const {
  const size_t place = places_[column];
  return place < fields_.size() ? trim(fields_[place].text) : std::string_view();
}

std::string CsvRows::complaint(size_t column, std::string_view expected) const {
  const size_t place = places_[column];
  const size_t at = place < fields_.size() ? fields_[place].column : 1;
  return fmt::format("{}:{}:{}: {} \"{}\": expected {}", input_.name(), row_line_, at,
                     columns_[column].name, this->at(column).substr(0, kShown), expected);
}

std::string CsvRows::ragged_complaint() const {
  return fmt::format("{}:{}:1: found {} fields: expected {}, as in the header",
                     input_.name(), row_line_, fields_.size(), header_fields_);
}

bool parse_csv_number(std::string_view text, int64_t& number) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return !text.empty() && parsed.ec == std::errc() && parsed.ptr == end;
}

}  // namespace cutset::lineage
