#include "lineage/formats/json_documents.h"

#include <algorithm>

#include "lineage/formats/trace_reader.h"

namespace cutset::lineage {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Editors of some systems begin a file with a byte order mark.
std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.substr(0, kMark.size()) == kMark) text.remove_prefix(kMark.size());
  return text;
}

bool is_whole_document(std::string_view line) {
  JsonCursor json;
  json.start(without_mark(line), "", 1);
  if (json.peek() != '{' && json.peek() != '[') return false;
  json.skip();
  return json.at_end() && json.status().ok();
}

}  // namespace

Result<JsonDocuments::Form> JsonDocuments::form() {
  for (const size_t bytes : {kHeadBytes, longest_line_}) {
    if (bytes > longest_line_) continue;
    CUTSET_ASSIGN(const std::string_view head, input_.peek(bytes));
    const size_t begin = head.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) continue;
    const size_t newline = head.find('\n', begin);
    if (newline != std::string_view::npos)
      return is_whole_document(head.substr(0, newline)) ? Form::kLines : Form::kWhole;
    if (head.size() < bytes) return Form::kWhole;
  }
  return Form::kWhole;
}

Result<bool> JsonDocuments::next(JsonCursor& json) {
  if (form_ == Form::kUnknown) {
    CUTSET_ASSIGN(form_, form());
  }
  if (form_ == Form::kLines) return next_line(json);
  if (form_ == Form::kWhole) {
    CUTSET_ASSIGN(const std::string_view whole, input_.take_whole());
    json.start(without_mark(whole), input_.name(), 1);
    form_ = Form::kTaken;
  }
  CUTSET_TRY(json.status());
  if (!json.at_end()) return true;
  CUTSET_TRY(json.status());
  return false;
}

Result<bool> JsonDocuments::next_line(JsonCursor& json) {
  if (input_.offset() > 0 || input_.line() > 1) {
    CUTSET_TRY(json.status());
    if (!json.at_end()) {
      json.fail(json.place(), "the end of the line");
      return json.status().error();
    }
  }
  for (;;) {
    bool end = false;
    CUTSET_ASSIGN(const std::string_view line, input_.take_line(end));
    if (end) return false;
    if (line.find_first_not_of(kSpace) == std::string_view::npos) continue;
    json.start(without_mark(line), input_.name(), input_.line());
    return true;
  }
}

bool json_head_has(std::string_view head, size_t deepest,
                   std::initializer_list<std::string_view> keys) {
  head = without_mark(head);
  const size_t begin = head.find_first_not_of(kSpace);
  if (begin == std::string_view::npos || (head[begin] != '{' && head[begin] != '['))
    return false;
  size_t depth = 0;
  for (size_t at = begin; at < head.size(); ++at) {
    const char character = head[at];
    if (character == '{' || character == '[') ++depth;
    if ((character == '}' || character == ']') && depth > 0) --depth;
    if (character != '"') continue;
    const size_t text = ++at;
    while (at < head.size() && head[at] != '"') at += head[at] == '\\' ? 2 : 1;
    if (at >= head.size()) return false;
    const size_t colon = head.find_first_not_of(kSpace, at + 1);
    if (depth > deepest || colon == std::string_view::npos || head[colon] != ':')
      continue;
    if (std::find(keys.begin(), keys.end(), head.substr(text, at - text)) != keys.end())
      return true;
  }
  return false;
}

}  // namespace cutset::lineage
