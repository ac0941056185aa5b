// Reads the tokens of dedalus.md section 1 as they are asked for: the grammar decides
// which kind may stand next (ordered choice), so there is no list of tokens. Blanks and
// comments are skipped before every one.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

class Scanner {
 public:
  /// `comments`, if not null, gets each comment once, in order.
  explicit Scanner(std::string_view text,
                   std::vector<syntax::Comment>* comments = nullptr)
      : text_(text), comments_(comments) {}

  /// Offset of the next token (behind blanks and comments), or of the end.
  uint32_t next();
  /// The first character of the next token; 0 at the end.
  char peek() { return at_end() ? '\0' : text_[at_]; }
  bool at_end() { return next() == text_.size(); }
  /// To go back to an offset that next() gave.
  void go_to(uint32_t offset) { at_ = offset; }
  uint32_t offset() const { return at_; }

  bool accept(std::string_view literal);
  bool looks_at(std::string_view literal);
  std::optional<std::string_view> ident();
  /// The digits, however many.
  std::optional<std::string_view> digits();
  /// Without its quotes; nothing if there is no string, or it does not end.
  std::optional<std::string_view> string();

  /// The next token for a message: `"x"`, or "the end of the file".
  std::string found();
  /// Moves behind the next `;` outside strings and comments, or to the end.
  void skip_clause();
  /// Offset of a `/*` that has no `*/`.
  std::optional<uint32_t> open_comment() const { return open_comment_; }

 private:
  bool skip_comment();
  std::string_view rest() const { return text_.substr(at_); }

  std::string_view text_;
  std::vector<syntax::Comment>* comments_;
  uint32_t at_ = 0;
  uint32_t commented_to_ = 0;  // comments before this are in comments_
  std::optional<uint32_t> open_comment_;
};

/// `[a-zA-Z0-9._?@]`
bool is_ident_character(char character);
/// `[a-z][a-z_0-9]*`
bool is_relation_name(std::string_view name);
/// `[A-Z_][A-Za-z_0-9]*`; `_` too
bool is_variable_name(std::string_view name);

}  // namespace cutset::dedalus
