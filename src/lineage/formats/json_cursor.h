// Reads a JSON document from front to back without a tree: the reader asks for what it
// expects, skips the rest, and looks at failed() once at the end.
//
//   for (bool more = json.begin_object(); more; more = json.more_fields()) {
//     const JsonKey key = json.key();
//     if (key.is("spanID")) id = json.text(); else json.skip();
//   }
//
// Every key() is followed by exactly one call that takes its value. After the first error
// every loop ends and every value is empty, so that readers need no checks in between.
//
// Bounds: nothing recurses; skip() and compact() refuse values nested deeper than
// kDeepest. Texts are views of the document; those with escapes live until start().
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lineage/formats/json_tokens.h"

namespace cutset::lineage {

/// A key where it stands in the document. One that is written with escapes matches none.
class JsonKey {
 public:
  explicit JsonKey(const char* quote) : text_(quote + 1) {}
  /// `name`: a literal. Its closing quote is compared too, in place of the '\0'.
  template <size_t Size>
  bool is(const char (&name)[Size]) const {
    static_assert(Size <= 64, "the document has 64 readable bytes behind it");
    return std::memcmp(text_, name, Size - 1) == 0 && text_[Size - 1] == '"';
  }
  char first() const { return *text_; }

 private:
  const char* text_;
};

class JsonCursor {
 public:
  static constexpr size_t kDeepest = 128;

  /// `file` and `first_line` are for errors. Requires: see JsonTokens::start().
  void start(std::string_view document, std::string_view file, int first_line);

  /// Nothing but white space is left (or an error was found).
  bool at_end() { return tokens_.at_end(); }
  bool failed() const { return failed_; }
  /// The first error, with its place.
  Status status() const;

  // Each takes the next value.

  /// True: it has at least one element and the first comes next. `null` is empty.
  bool begin_object() { return begin('{', '}', "an object"); }
  bool begin_array() { return begin('[', ']', "an array"); }
  bool more_fields() { return more('}'); }
  bool more_elements() { return more(']'); }
  JsonKey key() {
    const char* token = tokens_.take();
    const char* colon = tokens_.take();
    if (*token == '"' && *colon == ':') return JsonKey(token);
    return bad_key(token, colon);
  }
  /// As key(), for names that are data: the text without quotes and escapes.
  std::string_view key_text();
  void skip() {
    const char* token = tokens_.take();
    if (*token != '"') skip_rest(token);
  }
  /// A string without quotes and escapes; a number or boolean as it is written; an array
  /// or object as compact JSON; null as nothing.
  std::string_view text() {
    const char* token = tokens_.take();
    return *token == '"' ? string_at(token) : other_text(token);
  }
  /// A whole number from a number or from a string with digits; what is out of range is
  /// the nearest that is in it. A fraction is cut off.
  int64_t integer();
  /// As integer(), of `value` units with `scale` to each: microseconds to nanoseconds.
  int64_t scaled_integer(int64_t scale);

  /// A copy of `made`, which lives as long as the texts of the document.
  std::string_view keep(std::string_view made);

  /// '{', '[', '"', 't', 'f', 'n', a digit or '-': what comes next. '\0': the end.
  char peek() { return *tokens_.peek(); }
  /// Where the next token stands: for errors that are found later.
  const char* place() { return tokens_.peek(); }
  /// Only the first error counts.
  void fail(const char* at, std::string_view expected);
  /// The document from the next token on; for a second cursor that looks ahead.
  std::string_view rest();

 private:
  bool begin(char open, char close, std::string_view expected) {
    const char* token = tokens_.take();
    if (*token != open) return not_begun(token, expected);
    if (*tokens_.peek() != close) return true;
    tokens_.take();
    return false;
  }
  bool more(char close) {
    const char* token = tokens_.take();
    if (*token == ',') return true;
    if (*token != close) no_more(token, close);
    return false;
  }
  /// `quote` was taken.
  std::string_view string_at(const char* quote) {
    // The text ends where the next token begins, white space left out.
    const bool may_have_escapes = tokens_.may_have_escapes();
    const char* last = tokens_.peek();
    if (last == JsonTokens::kEnd) return unended(last);
    do {
      --last;
    } while (static_cast<unsigned char>(*last) <= ' ' && last > quote);
    if (last == quote || *last != '"') return unended(quote);
    const auto size = static_cast<size_t>(last - quote - 1);
    if (may_have_escapes && std::memchr(quote + 1, '\\', size) != nullptr)
      return unescaped(quote, size);
    return {quote + 1, size};
  }
  JsonKey bad_key(const char* token, const char* colon);
  bool not_begun(const char* token, std::string_view expected);
  void no_more(const char* token, char close);
  void skip_rest(const char* token);
  std::string_view unended(const char* at);
  std::string_view other_text(const char* token);
  std::string_view unescaped(const char* quote, size_t size);
  std::string_view scalar_at(const char* token);
  std::string_view compact(const char* token);
  /// Calls `each` with every token of a container whose first token was taken.
  template <typename Each>
  void walk(const char* open, const Each& each);
  char* room(size_t bytes);

  JsonTokens tokens_;
  std::string_view document_;
  std::string_view file_;
  int first_line_ = 1;
  bool failed_ = false;
  const char* failed_at_ = nullptr;
  std::string problem_;
  // Texts that are not in the document as they are.
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t first_block_ = 0;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
};

}  // namespace cutset::lineage
