// Property: any program, printed or laid out at random with comments and blanks, is
// parsed back equal; formatted, it is equal too, and formatting that changes nothing.
//
//   dedalus_round_trip_test                       seeds 1 to 3000
//   CUTSET_SEED=N dedalus_round_trip_test         one seed, with the program it makes
// A failure prints its seed and the smallest program that still fails.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "random_tree.h"
#include <gtest/gtest.h>

#include "dedalus/language/format.h"
#include "dedalus/language/parser.h"
#include "dedalus/language/print.h"

namespace cutset::dedalus {
namespace {

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
