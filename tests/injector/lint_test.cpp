// lint tells the kinds of files apart; the JSON schema agrees with the reader about the
// good files and about those mistakes that a schema can see.
#include "injector/lint.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/file.h"
#include "injector/yaml_reading.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {
namespace {

using nlohmann::json;

const std::string kTests = CUTSET_SOURCE_DIR "/tests/injector/";

TEST(Lint, TellsTheKindsApart) {
  ::setenv("COUNT", "3", 1);
  EXPECT_EQ(lint_file(kTests + "config/good/everything.yaml").kind, FileKind::kConfig);
  EXPECT_EQ(lint_file(kTests + "fdsl/good/one-fault.yml").kind, FileKind::kSchedule);
  EXPECT_TRUE(lint_file(kTests + "fdsl/good/one-fault.yml").problems.empty());
  const auto bad = lint_file(kTests + "fdsl/bad/kill.yml");
  EXPECT_EQ(bad.kind, FileKind::kSchedule);
  EXPECT_EQ(bad.problems.size(), 1U);
  EXPECT_EQ(lint_file(kTests + "fdsl/bad/misspelt-environment.yml").kind,
            FileKind::kSchedule);
  const auto missing = lint_file(kTests + "none.yaml");
  EXPECT_EQ(missing.kind, FileKind::kUnknown);
  EXPECT_EQ(missing.problems.size(), 1U);
}

/// A YAML scalar as its type says; in the way of an editor that validates against the
/// schema.
json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar: {
      if (!node.quoted) {
        json value = json::parse(node.text, nullptr, false);
        if (value.is_number() || value.is_boolean()) return value;
      }
      return node.text;
    }
    case YamlNode::Kind::kList: {
      json list = json::array();
      for (const YamlNode& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  json map = json::object();
  for (const YamlEntry& entry : node.entries) map[entry.key] = to_json(entry.value);
  return map;
}

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() {
    const json document =
        json::parse(*read_file(CUTSET_SOURCE_DIR "/schema/cutset.schema.json"));
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
  }
  /// "" if the schema agrees with the file.
  std::string problem(const std::string& path) {
    const auto root = parse_yaml(*read_file(path), path);
    if (!root) return "not YAML";
    const json document = to_json(*root);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(document),
                           &results)) {
      return "";
    }
    valijson::ValidationResults::Error error;
    std::string text = "invalid";
    while (results.popError(error)) {
      text += "; ";
      for (const std::string& part : error.context) text += part;
      text += ": " + error.description;
    }
    return text;
  }
  valijson::Schema schema_;
};

TEST_F(SchemaTest, AcceptsEveryGoodFile) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kTests + "config/good")) {
    files.push_back(entry.path().string());
  }
  files.push_back(kTests + "live/cutset.yaml");
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
                                        "header",
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
