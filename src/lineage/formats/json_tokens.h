// The tokens of a JSON document in memory, one after the other: brackets, commas, colons,
// and the starts of strings and scalars, found by simdjson a window at a time.
//
// Why not a whole index or tree: the index of a document is as large as the document. A
// window of it stays in the processor's cache, which is faster than simdjson's own
// readers on files of many megabytes, and memory does not grow with the file.
//
// Guarantees: the text is valid UTF-8 as far as tokens have been given out, and has no
// raw control characters in strings. Nothing is said about the order of tokens.
//
// Thread rule: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace cutset::lineage {

class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();
  JsonTokens(const JsonTokens&) = delete;
  JsonTokens& operator=(const JsonTokens&) = delete;

  /// Requires: TraceInput::kPadding readable bytes behind `document`, which outlives the
  /// tokens.
  void start(std::string_view document);

  /// First byte of the token that comes next; kEnd: there is none.
  const char* peek() {
    if (next_ == last_) refill();
    return base_ + *next_;
  }
  const char* take() {
    const char* token = peek();
    // At the end the same token comes again and again.
    if (token != kEnd) ++next_;
    return token;
  }
  bool at_end() { return peek() == kEnd; }
  /// False: no text of the token that was taken last has a backslash. To be asked before
  /// the next peek().
  bool may_have_escapes() const { return may_have_escapes_; }

  /// `string`: a whole string of the document, from its first quote on. Writes the text
  /// it stands for to `to`, which has room for as many bytes and kPadding more. Returns
  /// its end; null: an escape is wrong.
  char* unescape(const char* string, char* to) const;

  /// A place and a reason, if the text is no JSON at all (then the tokens end early).
  const char* problem_at() const { return problem_at_; }
  std::string_view problem() const { return problem_; }

  static const char* const kEnd;  // points to a '\0'

 private:
  struct Index;
  void refill();
  void stop(const char* at, std::string_view why);
  size_t window_end(size_t window) const;

  std::unique_ptr<Index> index_;
  std::string_view document_;
  size_t done_ = 0;  // bytes of the document in windows up to this one
  const char* base_ = nullptr;
  const uint32_t* next_ = nullptr;
  const uint32_t* last_ = nullptr;
  bool may_have_escapes_ = false;  // this window
  const char* problem_at_ = nullptr;
  std::string_view problem_;
};

}  // namespace cutset::lineage
