// Walks the folders of programs beside this file. Each NAME.ded is read with its includes
// (which stand in the folders below); NAME.txt is what must come out of it:
//   accepted/  the checked program, with all that the evaluator sees; no problems
//   refused/   the errors, with source lines
//   warned/    the warnings, of a program that is accepted
//   formatted/ the file in its one form
// With CUTSET_UPDATE_GOLDEN set, the .txt files are written instead.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "program_text.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "dedalus/language/format.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parser.h"
#include "dedalus/language/print.h"

namespace cutset::dedalus {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(CUTSET_SOURCE_DIR) / "tests/dedalus/language";

std::vector<std::string> programs_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder / folder)) {
    if (entry.path().extension() == ".ded") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads files of the folder: messages must not depend on where the sources are.
Diagnosis diagnose(const std::string& folder, const std::string& name) {
  return diagnose_program({name + ".ded"}, [&folder](const std::string& path) {
    auto text = read_file((kFolder / folder / path).string(), kMaxFileBytes);
    if (text.ok()) return text;
    return Result<std::string>(Error::unavailable(path + ": not there"));
  });
}

std::string problems_text(const Diagnosis& diagnosis) {
  std::string text;
  for (const Problem& problem : diagnosis.problems) {
    text += problem.text_with_source() + "\n";
  }
  return text;
}

void compare(const fs::path& golden, const std::string& found) {
  if (std::getenv("CUTSET_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(golden.string(), found).ok());
    return;
  }
  const auto expected = read_file(golden.string());
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(*expected, found) << golden;
}

class ProgramOf : public testing::TestWithParam<std::string> {};
class Accepted : public ProgramOf {};
class Refused : public ProgramOf {};
class Warned : public ProgramOf {};
class Formatting : public ProgramOf {};

TEST_P(Accepted, BecomesThisProgram) {
  const Diagnosis diagnosis = diagnose("accepted", GetParam());
  ASSERT_TRUE(diagnosis.program.has_value()) << problems_text(diagnosis);
  EXPECT_EQ(problems_text(diagnosis), "");
  compare(kFolder / "accepted" / (GetParam() + ".txt"), to_text(*diagnosis.program));
}

TEST_P(Refused, SaysWhatIsWrong) {
  const Diagnosis diagnosis = diagnose("refused", GetParam());
  EXPECT_FALSE(diagnosis.program.has_value());
  compare(kFolder / "refused" / (GetParam() + ".txt"), problems_text(diagnosis));
}

TEST_P(Warned, SaysWhatIsLikelyWrong) {
  const Diagnosis diagnosis = diagnose("warned", GetParam());
  EXPECT_TRUE(diagnosis.program.has_value());
  EXPECT_FALSE(diagnosis.problems.empty());
  compare(kFolder / "warned" / (GetParam() + ".txt"), problems_text(diagnosis));
}

/// The clauses of a file, one a line, without its layout.
std::string clauses_of(const std::string& text) {
  const Source source("a.ded", text);
  Problems problems;
  const syntax::Tree tree = parse(source, 0, problems);
  std::string clauses;
  for (const syntax::Clause& clause : tree.clauses) clauses += to_text(clause) + "\n";
  return clauses;
}

void expect_formatted_well(const std::string& text) {
  const Formatted once = format(text, "a.ded");
  ASSERT_TRUE(once.problems.empty()) << once.problems[0].text();
  const Formatted twice = format(once.text, "a.ded");
  ASSERT_TRUE(twice.problems.empty()) << once.text << twice.problems[0].text();
  EXPECT_EQ(once.text, twice.text);
  EXPECT_EQ(clauses_of(text), clauses_of(once.text));
}

TEST_P(Formatting, HasThisForm) {
  const auto text = read_file((kFolder / "formatted" / (GetParam() + ".ded")).string());
  ASSERT_TRUE(text.ok());
  expect_formatted_well(*text);
  compare(kFolder / "formatted" / (GetParam() + ".txt"), format(*text, "a.ded").text);
}

TEST_P(Accepted, IsFormattedWithoutChange) {
  const auto text = read_file((kFolder / "accepted" / (GetParam() + ".ded")).string());
  ASSERT_TRUE(text.ok());
  expect_formatted_well(*text);
}

/// Files by name; what is not there is an error.
Diagnosis diagnose_files(const std::vector<std::string>& paths,
                         const std::map<std::string, std::string>& files) {
  return diagnose_program(paths, [&files](const std::string& path) {
    const auto found = files.find(path);
    if (found == files.end()) {
      return Result<std::string>(Error::bad_input("not there", path));
    }
    return Result<std::string>(found->second);
  });
}

TEST(Files, ThatAreNamedFormOneProgram) {
  const Diagnosis diagnosis = diagnose_files({"a/facts.ded", "b/rules.ded"},
                                             {{"a/facts.ded", "p(\"a\", 1)@1;"},
                                              {"b/rules.ded",
                                               "include \"c/end.ded\";"
                                               "pre(X) :- p(X, _);"},
                                              {"a/c/end.ded", "post(X) :- p(X, _);"}});
  ASSERT_TRUE(diagnosis.program.has_value()) << problems_text(diagnosis);
  EXPECT_EQ(diagnosis.program->files,
            (std::vector<std::string>{"a/facts.ded", "b/rules.ded", "a/c/end.ded"}));
  EXPECT_EQ(diagnosis.program->rules.size(), 2U);
}

TEST(Files, ThatAreMetAgainCountOnce) {
  const std::string text = "p(\"a\")@1; pre(X) :- p(X); post(X) :- p(X);";
  const Diagnosis diagnosis = diagnose_files(
      {"a.ded", "./a.ded", "b.ded", "a.ded"},
      {{"a.ded", text}, {"b.ded", "include \"./x/../a.ded\"; include \"a.ded\";"}});
  ASSERT_TRUE(diagnosis.program.has_value()) << problems_text(diagnosis);
  EXPECT_EQ(diagnosis.program->rules.size(), 2U);
  EXPECT_EQ(diagnosis.program->facts.size(), 1U);
}

TEST(Files, ThatAreNotThereAreNamed) {
  const Diagnosis diagnosis = diagnose_files({"a.ded", "b.ded"}, {});
  EXPECT_EQ(problems_text(diagnosis), "a.ded: not there\nb.ded: not there\n");
  EXPECT_EQ(diagnosis.error().message, "not there (and 1 more error)");
  EXPECT_EQ(load_program({"/nowhere.ded"}).error().kind, ErrorKind::kBadInput);
}

TEST(Files, ThatAreNoFilesAreNotIncluded) {
  const fs::path folder = fs::path(testing::TempDir()) / "dedalus_language_test";
  fs::create_directories(folder);
  const std::string path = (folder / "a.ded").string();
  ASSERT_TRUE(write_file(path, "include \"/dev/zero\";").ok());
  const auto program = load_program({path});
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().line, 1);
  EXPECT_NE(program.error().message.find("/dev/zero is not a regular file"),
            std::string::npos);
  fs::remove_all(folder);
}

/// The blocks of docs/dedalus.md that are fenced with `fence`.
std::vector<std::string> documented(const std::string& fence) {
  const auto text = read_file((fs::path(CUTSET_SOURCE_DIR) / "docs/dedalus.md").string());
  std::vector<std::string> blocks;
  if (!text.ok()) return blocks;
  const std::string start = "```" + fence + "\n";
  for (size_t at = text->find(start); at != std::string::npos;
       at = text->find(start, at)) {
    at += start.size();
    blocks.push_back(text->substr(at, text->find("```", at) - at));
  }
  return blocks;
}

Diagnosis diagnose_text(const std::string& text) {
  return diagnose_program(
      {"docs.ded"}, [&text](const std::string&) { return Result<std::string>(text); });
}

TEST(Documentation, ExamplesAreAcceptedWithoutWarnings) {
  const auto blocks = documented("dedalus");
  EXPECT_GE(blocks.size(), 3U);
  for (const std::string& block : blocks) {
    const Diagnosis diagnosis = diagnose_text(block);
    EXPECT_TRUE(diagnosis.program.has_value()) << block;
    EXPECT_EQ(problems_text(diagnosis), "");
  }
}

TEST(Documentation, RefusedExamplesAreRefused) {
  const auto blocks = documented("dedalus-refused");
  EXPECT_GE(blocks.size(), 1U);
  for (const std::string& block : blocks) {
    EXPECT_FALSE(diagnose_text(block).program.has_value()) << block;
  }
}

/// Of the table in docs/dedalus.md, and of the golden files.
TEST(Documentation, NamesEveryWarningThatATestShows) {
  const auto text = read_file((fs::path(CUTSET_SOURCE_DIR) / "docs/dedalus.md").string());
  ASSERT_TRUE(text.ok());
  std::set<std::string> named;
  const size_t table = text->find("| warning |");
  ASSERT_NE(table, std::string::npos);
  for (const std::string& line : split(text->substr(table), "\n")) {
    if (line.rfind("| `", 0) == 0) named.insert(line.substr(3, line.find('`', 3) - 3));
    if (line.empty()) break;
  }
  std::set<std::string> shown;
  for (const std::string& name : programs_in("warned")) {
    for (const Problem& problem : diagnose("warned", name).problems) {
      if (problem.check != "more") shown.insert(problem.check);
    }
  }
  EXPECT_EQ(named, shown);
}

const auto kName = [](const auto& info) { return info.param; };
INSTANTIATE_TEST_SUITE_P(Language, Accepted, testing::ValuesIn(programs_in("accepted")),
                         kName);
INSTANTIATE_TEST_SUITE_P(Language, Refused, testing::ValuesIn(programs_in("refused")),
                         kName);
INSTANTIATE_TEST_SUITE_P(Language, Warned, testing::ValuesIn(programs_in("warned")),
                         kName);
INSTANTIATE_TEST_SUITE_P(Language, Formatting,
                         testing::ValuesIn(programs_in("formatted")), kName);

}  // namespace
}  // namespace cutset::dedalus
