// The rows of a CSV file (RFC 4180) by the names of its columns, in whatever order they
// stand, one row at a time.
//
// Bounds: a row with quoted line ends is at most kMostLines long and kLongestRow bytes;
// memory is that of one row.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lineage/formats/trace_input.h"

namespace cutset::lineage {

/// A column that a reader wants. Names are compared without regard to case.
struct CsvColumn {
  std::string_view name;
  bool required = true;
  std::string_view other_name = {};  // in another version of the format
};

/// Is the first line of `head` a header with all required columns?
bool has_csv_columns(std::string_view head, std::span<const CsvColumn> columns);

class CsvRows {
 public:
  static constexpr size_t kLongestRow = size_t{1} << 20;
  static constexpr int kMostLines = 256;

  /// `columns` outlives the rows; a column's place in it is its number below.
  CsvRows(TraceInput& input, std::span<const CsvColumn> columns)
      : input_(input), columns_(columns) {}

  /// Error: bad_input if a required column is missing.
  Status read_header();
  /// False: there are no more. Blank lines are passed over. Error: bad_input for a quote
  /// that does not end, and for a last row that is cut off.
  Result<bool> next();

  /// Of the row that next() gave; "" where the file has no such column.
  std::string_view at(size_t column) const;
  /// A row with fields missing or too many: its fields are not to be trusted.
  bool ragged() const { return fields_.size() != header_fields_; }

  /// "file:line:column: name \"text\": expected ...", for what is rejected.
  std::string complaint(size_t column, std::string_view expected) const;
  std::string ragged_complaint() const;

 private:
  struct Field {
    std::string_view text;
    size_t column = 1;  // of its first byte, 1-based
  };
  Status split(std::string_view line, bool& more);
  Result<bool> read_row();

  TraceInput& input_;
  std::span<const CsvColumn> columns_;
  std::vector<size_t> places_;  // by column; npos: not in the file
  size_t header_fields_ = 0;
  std::vector<Field> fields_;
  std::deque<std::string> unquoted_;  // texts that are not in the line as they are
  std::string joined_;                // a row of several lines
  int row_line_ = 0;
};

/// A whole number of nanoseconds, digits only.
bool parse_csv_number(std::string_view text, int64_t& number);

}  // namespace cutset::lineage
