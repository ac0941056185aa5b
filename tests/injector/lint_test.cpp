// lint tells the kinds of files apart; the JSON schema agrees with the reader about the
// good files and about those mistakes that a schema can see.
#include "injector/lint.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "schema_check.h"
#include <gtest/gtest.h>

#include "injector/yaml_reading.h"

namespace cutset::injector {
namespace {

const std::string kTests = CUTSET_SOURCE_DIR "/tests/injector/";

TEST(Lint, TellsTheKindsApart) {
  ::setenv("COUNT", "3", 1);
  EXPECT_EQ(lint_file(kTests + "config/good/everything.yaml").kind, FileKind::kConfig);
  const auto played = lint_file(kTests + "config/played/two-services.yaml");
  EXPECT_EQ(played.kind, FileKind::kPlayedConfig);
  EXPECT_TRUE(played.problems.empty());
  EXPECT_EQ(lint_file(kTests + "config/bad/no-outcomes.yaml").kind, FileKind::kConfig);
  EXPECT_EQ(lint_file(kTests + "config/bad/no-outcomes.yaml").problems.size(), 1U);
  EXPECT_EQ(lint_file(kTests + "fdsl/accepted/one-fault.yml").kind, FileKind::kSchedule);
  EXPECT_TRUE(lint_file(kTests + "fdsl/accepted/one-fault.yml").problems.empty());
  const auto bad = lint_file(kTests + "fdsl/refused/signal-unknown.yml");
  EXPECT_EQ(bad.kind, FileKind::kSchedule);
  EXPECT_EQ(bad.problems.size(), 1U);
  EXPECT_EQ(lint_file(kTests + "fdsl/refused/misspelt-environment.yml").kind,
            FileKind::kSchedule);
  const auto missing = lint_file(kTests + "none.yaml");
  EXPECT_EQ(missing.kind, FileKind::kUnknown);
  EXPECT_EQ(missing.problems.size(), 1U);
}

class SchemaTest : public ::testing::Test {
 protected:
  std::string problem(const std::string& path) { return schema_.problem(path); }

  SchemaCheck schema_{CUTSET_SOURCE_DIR "/schema/cutset.schema.json"};
};

TEST_F(SchemaTest, AcceptsEveryGoodFile) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kTests + "config/good")) {
    files.push_back(entry.path().string());
  }
  files.push_back(kTests + "live/cutset.yaml");
  files.push_back(kTests + "config/played/two-services.yaml");
  for (const std::string folder : {"examples/bookshop/", "examples/bookshop/fixed/"}) {
    files.push_back(CUTSET_SOURCE_DIR "/" + folder + "cutset.yaml");
  }
  for (const auto& entry :
       std::filesystem::directory_iterator(CUTSET_SOURCE_DIR "/tests/shapes")) {
    const auto file = entry.path() / "cutset.yaml";
    if (std::filesystem::exists(file)) files.push_back(file.string());
  }
  ASSERT_GE(files.size(), 6U);
  for (const std::string& file : files) EXPECT_EQ(problem(file), "") << file;
}

TEST_F(SchemaTest, RefusesWhatASchemaCanSee) {
  // These need more than a schema knows: names of other services, the meaning of a text,
  // the way in which a value is written.
  const std::set<std::string> beyond = {"bad-log-regex",
                                        "exclude",
                                        "host-unknown",
                                        "hosts-subnet",
                                        "slot-unknown",
                                        "header",
                                        "history-without-operations",
                                        "operations-endpoint",
                                        "operations-mix",
                                        "header-newline",
                                        "mode-twice",
                                        "path-space",
                                        "placeholder-elsewhere",
                                        "placeholder-entry",
                                        "placeholder-service",
                                        "same-outcome",
                                        "spof-unknown",
                                        "unknown-placeholder",
                                        "unknown-variable",
                                        "unknown-workload-service",
                                        "open-variable",
                                        "equals-yes",
                                        "endless",
                                        "settle",
                                        "json-path",
                                        "nodes-client-role",
                                        "nodes-docker",
                                        "nodes-durations",
                                        "nodes-external-address",
                                        "nodes-external-name",
                                        "nodes-no-history-outcome",
                                        "nodes-processes",
                                        "nodes-unknown-host",
                                        "tag",
                                        "exit-code-of-http"};
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kTests + "config/bad")) {
    if (beyond.contains(entry.path().stem().string())) continue;
    EXPECT_NE(problem(entry.path().string()), "") << entry.path();
    ++checked;
  }
  EXPECT_GE(checked, 40);
}

}  // namespace
}  // namespace cutset::injector
