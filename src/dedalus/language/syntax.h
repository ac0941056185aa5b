// The syntax tree of one file (dedalus.md section 2): what stands in it, with places, and
// nothing yet about whether it makes sense. Texts are views of the file's Source.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "dedalus/program.h"

namespace cutset::dedalus::syntax {

/// STRING, NUMBER or IDENT.
struct Operand {
  enum class Kind : uint8_t { kString, kNumber, kName };
  Kind kind = Kind::kName;
  uint32_t offset = 0;
  std::string_view text;  // a string's without its quotes
  int64_t number = 0;

  /// `_`
  bool is_wildcard() const { return kind == Kind::kName && text == "_"; }
  bool is_variable() const { return kind == Kind::kName && text != "_"; }
};

struct Operation {
  Operator op = Operator::kAdd;
  uint32_t offset = 0;
  Operand operand;
};

/// A constant or variable, an expression (as a chain; precedence comes later, in
/// expression.h), or an aggregate `count<V>`.
struct Atom {
  Operand first;  // an aggregate's variable
  std::vector<Operation> rest;
  std::string_view aggregate;  // its name, or ""
  uint32_t offset = 0;

  bool is_aggregate() const { return !aggregate.empty(); }
  bool is_expression() const { return !rest.empty(); }
  bool is_plain() const { return !is_aggregate() && !is_expression(); }
};

struct Time {
  enum class Kind : uint8_t { kNext, kAsync, kNumber };
  Kind kind = Kind::kNext;
  int64_t number = 0;
  uint32_t offset = 0;
};

struct Predicate {
  bool negated = false;
  std::string_view name;
  uint32_t offset = 0;  // of `notin` or the name
  uint32_t name_offset = 0;
  std::vector<Atom> columns;
  std::optional<Time> time;
};

/// An Atom is a condition: an expression.
using BodyTerm = std::variant<Predicate, Atom>;

struct Include {
  std::string_view path;
  uint32_t offset = 0;       // of the word `include`
  uint32_t path_offset = 0;  // of the quote
};

struct Fact {
  Predicate head;
};

struct Rule {
  Predicate head;
  std::vector<BodyTerm> body;  // at least one
};

struct Clause {
  std::variant<Include, Fact, Rule> what;
  uint32_t begin = 0;  // offset of its first character
  uint32_t end = 0;    // offset behind its `;`
};

/// A comment with its marks, without the end of its line.
struct Comment {
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct Tree {
  std::vector<Clause> clauses;
  std::vector<Comment> comments;  // if they were asked for
};

}  // namespace cutset::dedalus::syntax
