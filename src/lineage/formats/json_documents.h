// The JSON documents of an input: one that may span many lines, several one after the
// other, or one on each line. Lines are read one at a time, so that a collector's file of
// any size needs the memory of its longest line.
//
// Thread rule: one owner.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "lineage/formats/json_cursor.h"
#include "lineage/formats/trace_input.h"

namespace cutset::lineage {

class JsonDocuments {
 public:
  /// A file whose first line is a whole document and no longer than `longest_line` is
  /// read by lines.
  JsonDocuments(TraceInput& input, size_t longest_line)
      : input_(input), longest_line_(longest_line) {}

  /// True: `json` stands at the next document, which its reader has to take whole. False:
  /// the end. Error: of the input, or of the document before.
  Result<bool> next(JsonCursor& json);

 private:
  enum class Form { kUnknown, kLines, kWhole, kTaken };
  Result<Form> form();
  Result<bool> next_line(JsonCursor& json);

  TraceInput& input_;
  size_t longest_line_;
  Form form_ = Form::kUnknown;
};

/// Does `head`, the beginning of a JSON document cut anywhere, have one of these keys
/// inside at most `deepest` brackets?
bool json_head_has(std::string_view head, size_t deepest,
                   std::initializer_list<std::string_view> keys);

}  // namespace cutset::lineage
