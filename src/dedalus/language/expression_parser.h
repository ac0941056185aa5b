// The lower half of the grammar (dedalus.md section 2): operands, expressions and
// columns; and how the parser reports what it did not expect.
//
// Every function that returns a bool returns false after it has reported an error.
// Thread rule: one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/scanner.h"
#include "dedalus/language/source.h"
#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

class ExpressionParser {
 public:
  /// `comments`, if not null, gets the comments.
  ExpressionParser(const Source& source, uint32_t file, Problems& problems,
                   std::vector<syntax::Comment>* comments)
      : source_(source),
        file_(file),
        problems_(problems),
        scanner_(source.text(), comments) {}

 protected:
  /// Always false. A comment without end is what is reported, if there is one.
  bool error(uint32_t offset, std::string message);
  /// "expected WHAT, found ..", at the next token. Always false.
  bool expected(std::string_view what, std::string_view advice = "");

  /// A column: an aggregate or an expression.
  bool atom(syntax::Atom& into);
  /// What follows the first operand of an expression; it may be nothing.
  bool operations(syntax::Atom& into);
  bool operand(syntax::Operand& into, const std::string& what);
  bool number(std::string_view digits, uint32_t offset, int64_t& into);

  const Source& source_;
  uint32_t file_;
  Problems& problems_;
  Scanner scanner_;
};

}  // namespace cutset::dedalus
