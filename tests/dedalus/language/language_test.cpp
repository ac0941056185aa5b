// Walks the folders of programs beside this file. Each NAME.ded is read with its includes
// (which stand in the folders below); NAME.txt is what must come out of it:
//   accepted/  the checked program, with all that the evaluator sees; no problems
//   refused/   the errors, with source lines
// With CUTSET_UPDATE_GOLDEN set, the .txt files are written instead.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "program_text.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "dedalus/load.h"

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

const auto kName = [](const auto& info) { return info.param; };
INSTANTIATE_TEST_SUITE_P(Language, Accepted, testing::ValuesIn(programs_in("accepted")),
                         kName);
INSTANTIATE_TEST_SUITE_P(Language, Refused, testing::ValuesIn(programs_in("refused")),
                         kName);

}  // namespace
}  // namespace cutset::dedalus
