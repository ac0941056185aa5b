// Hostile input: every bound is an error that names it, and nothing is slow or deep.
#include <functional>

#include <gtest/gtest.h>

#include "dedalus/language/load.h"
#include "dedalus/language/parser.h"

namespace cutset::dedalus {
namespace {

using Files = std::function<std::string(const std::string& path)>;

Diagnosis diagnose(const Files& files) {
  return diagnose_program({"0"}, [&files](const std::string& path) {
    return Result<std::string>(files(path));
  });
}

Diagnosis diagnose(const std::string& text) {
  return diagnose([&text](const std::string&) { return text; });
}

std::string first_message(const Diagnosis& diagnosis) {
  return diagnosis.problems.empty() ? "" : diagnosis.problems[0].message;
}

std::string repeated(const std::string& part, size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

const std::string kInvariant = "pre(X) :- p(X); post(X) :- p(X); p(\"a\")@1;\n";

TEST(Bounds, Columns) {
  const auto fact = [](size_t columns) {
    return kInvariant + "q(\"a\"" + repeated(", 1", columns - 1) + ")@1;";
  };
  EXPECT_TRUE(diagnose(fact(kMaxColumns)).program.has_value());
  EXPECT_EQ(first_message(diagnose(fact(kMaxColumns + 1))),
            "more than 64 columns in one relation");
}

TEST(Bounds, BodyTerms) {
  const auto rule = [](size_t terms) {
    return kInvariant + "q(X) :- p(X)" + repeated(", p(X)", terms - 1) + ";";
  };
  EXPECT_TRUE(diagnose(rule(kMaxBodyTerms)).program.has_value());
  EXPECT_EQ(first_message(diagnose(rule(kMaxBodyTerms + 1))),
            "more than 256 terms in one body; split the rule");
}

TEST(Bounds, Operators) {
  const auto rule = [](size_t operators) {
    return kInvariant + "q(X, 1" + repeated(" + 1", operators) + ") :- p(X);";
  };
  EXPECT_TRUE(diagnose(rule(kMaxOperations)).program.has_value());
  EXPECT_EQ(first_message(diagnose(rule(kMaxOperations + 1))),
            "more than 256 operators in one expression");
}

TEST(Bounds, IncludeDepthAndFiles) {
  // Each file includes the next; then one file includes very many.
  EXPECT_EQ(first_message(diagnose([](const std::string& path) {
              return "include \"" + std::to_string(std::stoi(path) + 1) + "\";";
            })),
            "includes are nested deeper than 64 files");
  std::string many = kInvariant;
  for (size_t i = 1; i <= kMaxFiles; ++i) {
    many += "include \"" + std::to_string(i) + "\";\n";
  }
  EXPECT_EQ(first_message(diagnose([&many](const std::string& path) {
              return path == "0" ? many : std::string();
            })),
            "more than 1000 files in one program");
}

TEST(Bounds, BytesOfAProgram) {
  const std::string blanks(kMaxFileBytes, ' ');
  EXPECT_EQ(first_message(diagnose(blanks + " ")),
            "the program is too large; at most 64 MiB a file and 256 MiB in all");
  const std::string includes =
      "include \"1\"; include \"2\"; include \"3\"; include \"4\";";
  EXPECT_EQ(first_message(diagnose([&](const std::string& path) {
              return path == "0" ? includes : blanks;
            })),
            "the program is too large; at most 64 MiB a file and 256 MiB in all");
}

TEST(Bounds, ProblemsThatAreKept) {
  const Diagnosis diagnosis = diagnose(repeated("p(;\n", 100000));
  EXPECT_EQ(diagnosis.problems.size(), Problems::kMaxErrors);
  const Diagnosis semantic = diagnose(kInvariant + repeated("q(X) :- p(Y);\n", 5000));
  EXPECT_EQ(semantic.problems.size(), Problems::kMaxErrors + 1);
  EXPECT_EQ(semantic.problems.back().message, "4900 more are not shown");
}

TEST(Bounds, AMillionFactsOnOneLine) {
  std::string facts = kInvariant;
  for (int i = 0; i < 1000000; ++i) facts += "q(\"a\", " + std::to_string(i) + ")@1;";
  const Diagnosis diagnosis = diagnose(facts);
  ASSERT_TRUE(diagnosis.program.has_value());
  EXPECT_EQ(diagnosis.program->facts.size(), 1000001U);
}

TEST(Bounds, LongChainsAndCircles) {
  // Rules in the order that is worst for everything that is repeated to a fixpoint.
  std::string chain = kInvariant;
  std::string circle = kInvariant;
  constexpr int kLength = 20000;
  for (int i = 0; i < kLength; ++i) {
    const std::string head = "q" + std::to_string(i) + "(X) :- ";
    const std::string next = "q" + std::to_string(i + 1);
    chain += head + next + "(X);\n";
    circle += head + (i + 1 == kLength ? "notin q0(X), p(X)" : next + "(X)") + ";\n";
  }
  chain += "q" + std::to_string(kLength) + "(\"a\")@1;";
  const Diagnosis of_chain = diagnose(chain);
  ASSERT_TRUE(of_chain.program.has_value());
  EXPECT_EQ(of_chain.program->strata.size(), size_t{kLength} + 2);
  EXPECT_NE(first_message(diagnose(circle)).find("and 19980 more; break the circle"),
            std::string::npos);
}

TEST(Bounds, StrangeBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(3, static_cast<char>(byte));
    EXPECT_FALSE(diagnose(text).program.has_value());
    EXPECT_FALSE(diagnose(kInvariant + "p(\"a\"" + text + ")@").program.has_value());
  }
  EXPECT_TRUE(
      diagnose(kInvariant + "q(\"\xFF\xC3\x01" + std::string(1, '\0') + "\", 1)@1;")
          .program.has_value());
}

}  // namespace
}  // namespace cutset::dedalus
