// Whether JSON is what its schema says, and whether the schema would notice otherwise.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/file.h"

namespace cutset::testing {

class OneSchema : public ::testing::Test {
 protected:
  using json = nlohmann::json;

  explicit OneSchema(std::string name) : name_(std::move(name)) {}
  void SetUp() override {
    const auto text = read_file(CUTSET_SOURCE_DIR "/schema/" + name_);
    ASSERT_TRUE(text.ok()) << text.error().text();
    document_ = json::parse(*text);
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  /// "" if it fits.
  std::string problem_of(const json& value) {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(value),
                           &results))
      return "";
    valijson::ValidationResults::Error error;
    std::string text;
    while (results.popError(error)) {
      for (const std::string& step : error.context) text += step;
      text += ": " + error.description + "\n";
    }
    return text;
  }

  /// Changes `good` in every place. `optional`: paths that may be missing.
  void expect_strict(const json& good, const std::set<std::string>& optional = {}) {
    std::vector<json::json_pointer> paths;
    collect(good, json::json_pointer(), paths);
    for (const json::json_pointer& path : paths) {
      json wrong = good;
      wrong[path] = wrong[path].is_object() ? json(1) : json(json::object());
      EXPECT_NE(problem_of(wrong), "") << path.to_string() << " of a wrong type";
      json more = good;
      more[path.parent_pointer()]["unknown"] = 1;
      EXPECT_NE(problem_of(more), "") << path.to_string() << " has a new neighbour";
      if (optional.count(path.to_string()) != 0) continue;
      json less = good;
      less[path.parent_pointer()].erase(path.back());
      EXPECT_NE(problem_of(less), "") << path.to_string() << " is missing";
    }
  }

 private:
  /// Paths of every value of a document, in its order.
  static void collect(const json& value, const json::json_pointer& at,
                      std::vector<json::json_pointer>& paths) {
    if (value.is_object()) {
      for (const auto& [name, below] : value.items()) {
        paths.push_back(at / name);
        collect(below, at / name, paths);
      }
    } else if (value.is_array() && !value.empty()) {
      collect(value[0], at / 0, paths);
    }
  }

  std::string name_;
  json document_;
  valijson::Schema schema_;
};

}  // namespace cutset::testing
