// Property: any program, printed or laid out at random with comments and blanks, is
// parsed back equal; formatted, it is equal too, and formatting that changes nothing.
//
//   dedalus_round_trip_test                       seeds 1 to 3000
//   CUTSET_SEED=N dedalus_round_trip_test         one seed, with the program it makes
// A failure prints its seed and the smallest program that still fails.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <random>

#include <gtest/gtest.h>

#include "dedalus/format.h"
#include "dedalus/parser.h"
#include "dedalus/print.h"

namespace cutset::dedalus {
namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

/// A random tree; its texts live as long as this does.
class RandomTree {
 public:
  explicit RandomTree(uint64_t seed) : random_(seed) {
    for (size_t i = below(8); i > 0; --i) tree_.clauses.push_back(clause());
  }

  const syntax::Tree& tree() const { return tree_; }

 private:
  size_t below(size_t end) { return random_() % end; }
  bool chance(size_t of) { return below(of) == 0; }

  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::string characters(std::string_view from, size_t most) {
    std::string text;
    for (size_t i = below(most + 1); i > 0; --i) text += from[below(from.size())];
    return text;
  }

  std::string_view relation() {
    static const std::vector<std::string> kNames = {
        "p", "include", "includes", "next", "async_1", "log", "clock", "sum"};
    if (!chance(4)) return kNames[below(kNames.size())];
    return keep("r" + characters("abz_09", 30));
  }

  Operand operand() {
    Operand operand;
    switch (below(4)) {
      case 0:
        operand.kind = Operand::Kind::kString;
        operand.text = keep(characters("ab \n\t/*;,()@:-.'_\xC3\xA9", 20));
        break;
      case 1:
        operand.kind = Operand::Kind::kNumber;
        operand.text = keep(std::to_string(random_() >> (1 + below(63))));
        operand.number = std::stoll(std::string(operand.text));
        break;
      default:
        operand.text = variable();
    }
    return operand;
  }

  std::string_view variable() {
    if (chance(3)) return "_";
    static const std::vector<std::string> kNames = {"X",      "Y",   "_x", "Notin",
                                                    "notinX", "X.1", "A?", "x@y"};
    return kNames[below(kNames.size())];
  }

  Atom atom(bool expression) {
    Atom atom;
    if (!expression && chance(6)) {
      static const std::vector<std::string> kNames = {"count", "max", "min",
                                                      "sum",   "avg", "cnt"};
      atom.aggregate = kNames[below(kNames.size())];
      atom.first.text = variable();
      return atom;
    }
    atom.first = operand();
    // A comparison `X < Y > ..` in a column would be read as an aggregate.
    const size_t operators = expression ? 10 : 8;
    for (size_t i = expression ? 1 + below(3) : (chance(3) ? below(4) : 0); i > 0; --i) {
      static const Operator kOperators[] = {Operator::kAdd,       Operator::kSubtract,
                                            Operator::kMultiply,  Operator::kDivide,
                                            Operator::kEqual,     Operator::kNotEqual,
                                            Operator::kLessEqual, Operator::kGreaterEqual,
                                            Operator::kLess,      Operator::kGreater};
      atom.rest.push_back({kOperators[below(operators)], 0, operand()});
    }
    return atom;
  }

  Predicate predicate() {
    Predicate predicate;
    predicate.negated = chance(4);
    predicate.name = relation();
    for (size_t i = below(5); i > 0; --i) predicate.columns.push_back(atom(false));
    if (chance(3)) {
      using Kind = syntax::Time::Kind;
      static const Kind kKinds[] = {Kind::kNext, Kind::kAsync, Kind::kNumber};
      const Kind kind = kKinds[below(3)];
      const int64_t number = kind == Kind::kNumber ? static_cast<int64_t>(below(200)) : 0;
      predicate.time = syntax::Time{kind, number, 0};
    }
    return predicate;
  }

  syntax::Clause clause() {
    syntax::Clause clause;
    if (chance(8)) {
      clause.what = syntax::Include{keep(characters("ab/._-", 20)), 0, 0};
    } else if (chance(2)) {
      clause.what = syntax::Fact{predicate()};
    } else {
      syntax::Rule rule{predicate(), {}};
      for (size_t i = 1 + below(6); i > 0; --i) {
        if (chance(4)) {
          rule.body.emplace_back(atom(true));
        } else {
          rule.body.emplace_back(predicate());
        }
      }
      clause.what = std::move(rule);
    }
    return clause;
  }

  std::mt19937_64 random_;
  std::deque<std::string> texts_;
  syntax::Tree tree_;
};

// Equality of all but places.
bool equal(const Operand& left, const Operand& right) {
  return left.kind == right.kind && left.text == right.text &&
         left.number == right.number;
}

bool equal(const Atom& left, const Atom& right) {
  if (left.aggregate != right.aggregate || !equal(left.first, right.first)) return false;
  return std::equal(left.rest.begin(), left.rest.end(), right.rest.begin(),
                    right.rest.end(), [](const auto& a, const auto& b) {
                      return a.op == b.op && equal(a.operand, b.operand);
                    });
}

bool equal(const Predicate& left, const Predicate& right) {
  if (left.negated != right.negated || left.name != right.name) return false;
  if (left.time.has_value() != right.time.has_value()) return false;
  if (left.time &&
      (left.time->kind != right.time->kind || left.time->number != right.time->number)) {
    return false;
  }
  return std::equal(left.columns.begin(), left.columns.end(), right.columns.begin(),
                    right.columns.end(),
                    [](const Atom& a, const Atom& b) { return equal(a, b); });
}

bool equal(const syntax::Include& left, const syntax::Include& right) {
  return left.path == right.path;
}

bool equal(const syntax::Fact& left, const syntax::Fact& right) {
  return equal(left.head, right.head);
}

bool equal(const syntax::BodyTerm& left, const syntax::BodyTerm& right) {
  if (left.index() != right.index()) return false;
  if (left.index() == 0) return equal(std::get<0>(left), std::get<0>(right));
  return equal(std::get<1>(left), std::get<1>(right));
}

bool equal(const syntax::Rule& left, const syntax::Rule& right) {
  return equal(left.head, right.head) &&
         std::equal(left.body.begin(), left.body.end(), right.body.begin(),
                    right.body.end(),
                    [](const auto& a, const auto& b) { return equal(a, b); });
}

bool equal(const syntax::Clause& left, const syntax::Clause& right) {
  if (left.what.index() != right.what.index()) return false;
  return std::visit(
      [&right](const auto& of_left) {
        using Kind = std::decay_t<decltype(of_left)>;
        return equal(of_left, std::get<Kind>(right.what));
      },
      left.what);
}

/// The tokens of a clause with random blanks and comments between them.
std::string laid_out(const syntax::Tree& tree, uint64_t seed) {
  std::mt19937_64 random(seed);
  static const std::vector<std::string> kGaps = {"",
                                                 "",
                                                 "",
                                                 " ",
                                                 "\n",
                                                 "\t",
                                                 " \r\n ",
                                                 "\n\n\n",
                                                 "/**/",
                                                 "/* a; */",
                                                 "// b\n",
                                                 " // \" c\r\n",
                                                 "/* d\n * \" */",
                                                 "\v\f"};
  std::string text;
  const auto gap = [&] { text += kGaps[random() % kGaps.size()]; };
  for (const syntax::Clause& clause : tree.clauses) {
    gap();
    const std::string canonical = to_text(clause);
    bool in_string = false;
    for (size_t i = 0; i < canonical.size(); ++i) {
      const char byte = canonical[i];
      if (byte == '"') in_string = !in_string;
      if (in_string && byte != '"') {
        text += byte;
      } else if (byte == ' ' &&
                 canonical.compare(i - std::min<size_t>(i, 5), 5, "notin") == 0) {
        gap();
      } else if (byte == ' ') {
        text += byte;
        gap();
      } else {
        text += byte;
        const bool token = byte == '(' || byte == ')' || byte == ',' || byte == ';';
        if (token || (byte == '"' && !in_string)) gap();
      }
    }
  }
  return text;
}

/// The comments of a file, one after the other.
std::string comments_of(const std::string& text) {
  const Source source("a.ded", text);
  Problems problems;
  const syntax::Tree tree = parse(source, 0, problems, true);
  std::string comments;
  for (const syntax::Comment& comment : tree.comments) {
    comments += text.substr(comment.begin, comment.end - comment.begin) + "\n";
  }
  return comments;
}

/// What is wrong with `tree`, or "".
std::string failure_of(const syntax::Tree& tree, const std::string& text) {
  const auto reads_as_tree = [&tree](const std::string& from) -> std::string {
    const Source source("a.ded", from);
    Problems problems;
    const syntax::Tree parsed = parse(source, 0, problems);
    if (problems.has_errors()) return problems.take_sorted()[0].text();
    const bool same = std::equal(
        tree.clauses.begin(), tree.clauses.end(), parsed.clauses.begin(),
        parsed.clauses.end(), [](const auto& a, const auto& b) { return equal(a, b); });
    return same ? "" : "another tree";
  };
  if (std::string failure = reads_as_tree(text); !failure.empty()) {
    return "parsed: " + failure;
  }
  const Formatted once = format(text, "a.ded");
  if (!once.problems.empty()) return "format: " + once.problems[0].text();
  if (std::string failure = reads_as_tree(once.text); !failure.empty()) {
    return "formatted: " + failure + "\n" + once.text;
  }
  const Formatted twice = format(once.text, "a.ded");
  if (twice.text != once.text) {
    return "formatted twice:\n" + once.text + "\n---- then\n" + twice.text;
  }
  if (comments_of(text) != comments_of(once.text)) {
    return "other comments:\n" + once.text;
  }
  return "";
}

std::string failure_of(const syntax::Tree& tree, uint64_t seed) {
  std::string printed;
  for (const syntax::Clause& clause : tree.clauses) printed += to_text(clause) + "\n";
  if (std::string failure = failure_of(tree, printed); !failure.empty()) {
    return failure + "\n---- of\n" + printed;
  }
  const std::string text = laid_out(tree, seed);
  std::string failure = failure_of(tree, text);
  return failure.empty() ? "" : failure + "\n---- of\n" + text;
}

/// Drops clauses as long as it still fails.
syntax::Tree shrink(syntax::Tree tree, uint64_t seed) {
  for (size_t i = 0; i < tree.clauses.size();) {
    syntax::Tree smaller = tree;
    smaller.clauses.erase(smaller.clauses.begin() + static_cast<ptrdiff_t>(i));
    if (failure_of(smaller, seed).empty()) {
      ++i;
    } else {
      tree = std::move(smaller);
    }
  }
  return tree;
}

TEST(RoundTrip, RandomProgramsAreReadBackEqual) {
  constexpr uint64_t kSeeds = 3000;
  const char* chosen = std::getenv("CUTSET_SEED");
  const uint64_t first = chosen == nullptr ? 1 : std::strtoull(chosen, nullptr, 10);
  const uint64_t last = chosen == nullptr ? kSeeds : first;
  for (uint64_t seed = first; seed <= last; ++seed) {
    const RandomTree random(seed);
    if (chosen != nullptr) std::printf("%s\n", laid_out(random.tree(), seed).c_str());
    if (failure_of(random.tree(), seed).empty()) continue;
    const syntax::Tree small = shrink(random.tree(), seed);
    FAIL() << "CUTSET_SEED=" << seed << "\n" << failure_of(small, seed);
  }
}

}  // namespace
}  // namespace cutset::dedalus
