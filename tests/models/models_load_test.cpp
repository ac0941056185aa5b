// Every model of models/ is a program without errors and warnings, and says in its header
// where it comes from, under which parameters it is to be checked and what must come out.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/file.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"

namespace cutset::dedalus {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> models_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::directory_iterator(std::string(CUTSET_SOURCE_DIR "/models") + folder)) {
    if (entry.path().extension() == ".ded") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> all_models() {
  std::vector<std::string> paths = models_in("");
  for (const std::string& path : models_in("/exercises")) paths.push_back(path);
  return paths;
}

TEST(Models, AreAllThere) {
  EXPECT_GE(models_in("").size(), 27u);
  EXPECT_GE(models_in("/exercises").size(), 5u);
}

TEST(Models, HaveNoErrorsAndNoWarnings) {
  for (const std::string& path : all_models()) {
    const Diagnosis diagnosis = diagnose_program({path});
    EXPECT_TRUE(diagnosis.program.has_value()) << path;
    for (const Problem& problem : diagnosis.problems) {
      ADD_FAILURE() << problem.text_with_source();
    }
  }
}

TEST(Models, HaveParametersAndAnExpectationInEachRow) {
  for (const std::string& path : all_models()) {
    const auto rows = read_parameters(path);
    ASSERT_TRUE(rows.ok()) << rows.error().text();
    EXPECT_FALSE(rows.value().empty()) << path << " has no row `// cutset: ...`";
    for (const Parameters& row : rows.value()) {
      EXPECT_TRUE(row.expect.has_value()) << path << ":" << row.line;
    }
  }
}

TEST(Models, AreInTheReadme) {
  const auto readme = read_file(CUTSET_SOURCE_DIR "/models/README.md");
  ASSERT_TRUE(readme.ok());
  for (const std::string& path : models_in("")) {
    const std::string name = fs::path(path).filename().string();
    EXPECT_NE(readme->find("](" + name + ")"), std::string::npos) << name;
  }
}

TEST(Models, SayWhereTheyComeFrom) {
  for (const std::string& path : models_in("")) {
    const auto text = read_file(path);
    ASSERT_TRUE(text.ok()) << path;
    for (const char* part : {"// Source: ", "// Promise tested: "}) {
      EXPECT_NE(text.value().find(part), std::string::npos) << path << ": " << part;
    }
  }
}

}  // namespace
}  // namespace cutset::dedalus
