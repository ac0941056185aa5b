#include "dedalus/language/parser.h"

#include <utility>

#include "base/text.h"
#include "dedalus/language/expression_parser.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

/// Every function returns false after it has reported an error.
class Parser : private ExpressionParser {
 public:
  Parser(const Source& source, uint32_t file, Problems& problems, syntax::Tree& tree,
         bool with_comments)
      : ExpressionParser(source, file, problems,
                         with_comments ? &tree.comments : nullptr),
        tree_(tree) {}

  void program() {
    while (!scanner_.at_end() && !problems_.full()) {
      const uint32_t begin = scanner_.next();
      if (tree_.clauses.size() == kMaxClauses) {
        error(begin, "more than " + std::to_string(kMaxClauses) + " clauses");
        return;
      }
      syntax::Clause clause;
      clause.begin = begin;
      if (this->clause(clause)) {
        clause.end = scanner_.offset();
        tree_.clauses.push_back(std::move(clause));
      } else if (scanner_.open_comment()) {
        return;
      } else if (next_clause_) {
        scanner_.go_to(*next_clause_);
        next_clause_.reset();
      } else {
        scanner_.skip_clause();
      }
    }
  }

 private:
  bool clause(syntax::Clause& clause) {
    if (scanner_.accept("include")) {
      syntax::Include include{.path = {}, .offset = clause.begin, .path_offset = 0};
      include.path_offset = scanner_.next();
      if (const auto path = scanner_.string()) {
        include.path = *path;
        clause.what = include;
        if (scanner_.accept(";")) return true;
        return expected("`;` at the end of include");
      }
      if (!scanner_.ident() && !scanner_.looks_at("(")) {
        return expected("the name of a file in quotes behind include");
      }
      scanner_.go_to(clause.begin);
    }
    Predicate head;
    if (!predicate(head, "a fact or a rule")) return false;
    if (scanner_.accept(";")) {
      clause.what = syntax::Fact{std::move(head)};
      return true;
    }
    if (!scanner_.accept(":-")) {
      if (scanner_.looks_at("<-") || scanner_.looks_at(":") || scanner_.looks_at("=")) {
        return expected("`:-` between head and body");
      }
      return expected(head.time ? "`:-` and a body, or `;`"
                                : "`:-` and a body, `;`, or a time (`@next`, `@async`, "
                                  "`@` and a number)",
                      clause_end_advice());
    }
    syntax::Rule rule{.head = std::move(head), .body = {}};
    if (!body(rule)) return false;
    clause.what = std::move(rule);
    return true;
  }

  std::string clause_end_advice() {
    if (scanner_.looks_at(".")) return " (a clause ends with `;`)";
    const uint32_t offset = scanner_.next();
    const bool more = scanner_.ident().has_value();
    scanner_.go_to(offset);
    if (!more) return "";
    // The first on its line starts the next clause.
    const std::string_view before = source_.text().substr(0, offset);
    const size_t last = before.find_last_not_of(" \t\r");
    if (last != std::string_view::npos && before[last] == '\n') next_clause_ = offset;
    return " (is a `;` missing in front of it?)";
  }

  bool body(syntax::Rule& rule) {
    do {
      if (rule.body.size() == kMaxBodyTerms) {
        return error(scanner_.next(), "more than " + std::to_string(kMaxBodyTerms) +
                                          " terms in one body; split the rule");
      }
      if (!term(rule.body)) return false;
    } while (scanner_.accept(","));
    if (scanner_.accept(";")) return true;
    return expected("`,` and another term, or `;`", body_end_advice());
  }

  std::string body_end_advice() {
    if (scanner_.looks_at("=")) return " (equality is written `==`)";
    if (scanner_.looks_at("&")) return " (terms are joined by `,`)";
    if (scanner_.looks_at("|")) return " (write one rule for each alternative)";
    if (scanner_.looks_at("(")) return " (there are no brackets in expressions)";
    return clause_end_advice();
  }

  bool term(std::vector<syntax::BodyTerm>& body) {
    const uint32_t begin = scanner_.next();
    const bool negated = scanner_.accept("notin");
    if (scanner_.ident() && scanner_.looks_at("(")) {
      scanner_.go_to(begin);
      Predicate premise;
      if (!predicate(premise, "a relation")) return false;
      body.emplace_back(std::move(premise));
      return true;
    }
    scanner_.go_to(begin);
    if (scanner_.looks_at("!") || scanner_.looks_at("~")) {
      return expected("a relation or a comparison", " (negation is written `notin`)");
    }
    Operand first;
    if (!operand(first, "a relation or a comparison")) return false;
    Atom condition{.first = first, .rest = {}, .aggregate = {}, .offset = begin};
    if (!operations(condition)) return false;
    if (condition.is_expression()) {
      body.emplace_back(std::move(condition));
      return true;
    }
    if (negated && first.text == "notin") {
      return expected("a relation with its columns behind notin: notin p(X)");
    }
    if (scanner_.looks_at("=")) {
      return expected("a comparison sign", " (equality is written `==`)");
    }
    if (first.text == "not") {
      return expected("a comparison sign", " (negation is written `notin`)");
    }
    const std::string name = one_line(first.text.substr(0, 40));
    return expected(
        "`(` and the columns of the relation, or a comparison sign, behind `" + name +
            "`",
        body_end_advice());
  }

  bool predicate(Predicate& into, std::string_view expected_what) {
    into.offset = scanner_.next();
    into.negated = scanner_.accept("notin");
    into.name_offset = scanner_.next();
    const auto name = scanner_.ident();
    if (!name) return expected(expected_what, comment_advice());
    into.name = *name;
    if (!scanner_.accept("(")) {
      return expected("`(` and the columns of " + one_line(name->substr(0, 40)));
    }
    if (!scanner_.accept(")")) {
      do {
        if (into.columns.size() == kMaxColumns) {
          return error(scanner_.next(), "more than " + std::to_string(kMaxColumns) +
                                            " columns in one relation");
        }
        Atom column;
        if (!atom(column)) return false;
        into.columns.push_back(std::move(column));
      } while (scanner_.accept(","));
      if (!scanner_.accept(")")) return expected("`,` and another column, or `)`");
    }
    return time(into);
  }

  std::string comment_advice() {
    if (scanner_.looks_at("#") || scanner_.looks_at("%") || scanner_.looks_at("--")) {
      return " (a comment starts with `//`)";
    }
    if (scanner_.looks_at("!") || scanner_.looks_at("~")) {
      return " (negation is written `notin`)";
    }
    return "";
  }

  bool time(Predicate& into) {
    const uint32_t offset = scanner_.next();
    using Kind = syntax::Time::Kind;
    if (scanner_.accept("@next")) {
      into.time = syntax::Time{.kind = Kind::kNext, .number = 0, .offset = offset};
    } else if (scanner_.accept("@async")) {
      into.time = syntax::Time{.kind = Kind::kAsync, .number = 0, .offset = offset};
    } else if (scanner_.accept("@")) {
      const uint32_t digits_offset = scanner_.next();
      const auto digits = scanner_.digits();
      if (!digits) {
        const auto word = scanner_.ident();
        scanner_.go_to(digits_offset);
        if (word == "next" || word == "async") {
          return error(offset,
                       "no blank stands between `@` and `" + std::string(*word) + "`");
        }
        return expected("`@next`, `@async`, or `@` and a number",
                        suggestion(word.value_or(""), {"next", "async"}));
      }
      into.time = syntax::Time{.kind = Kind::kNumber, .number = 0, .offset = offset};
      return number(*digits, digits_offset, into.time->number);
    }
    return true;
  }

  syntax::Tree& tree_;
  std::optional<uint32_t> next_clause_;  // where to go on after this error
};

}  // namespace

syntax::Tree parse(const Source& source, uint32_t file, Problems& problems,
                   bool with_comments) {
  syntax::Tree tree;
  Parser(source, file, problems, tree, with_comments).program();
  return tree;
}

}  // namespace cutset::dedalus
