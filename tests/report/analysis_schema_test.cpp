// The JSON of an analysis, and of differences, is what its schema says, and the schema
// would notice otherwise.
#include "analysis_testing.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/file.h"
#include "report/analysis_json.h"
#include "report/difference_json.h"

namespace cutset::report {
namespace {

using nlohmann::json;

class OneSchema : public testing::Test {
 protected:
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

  /// Changes `good` in every place.
  void expect_strict(const json& good);

 private:
  std::string name_;
  json document_;
  valijson::Schema schema_;
};

class AnalysisSchema : public OneSchema {
 protected:
  AnalysisSchema() : OneSchema("cutset-analysis.schema.json") {}
};

class DifferenceSchema : public OneSchema {
 protected:
  DifferenceSchema() : OneSchema("cutset-difference.schema.json") {}
};

TEST_F(AnalysisSchema, EveryAnalysisFits) {
  EXPECT_EQ(problem_of(json::parse(analysis_json(shop_analysis()))), "");
  EXPECT_EQ(problem_of(json::parse(analysis_json(hostile_analysis()))), "");
  EXPECT_EQ(problem_of(json::parse(analysis_json(large_analysis(100)))), "");
  EXPECT_EQ(problem_of(json::parse(analysis_json(Analysis()))), "");
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    EXPECT_EQ(problem_of(json::parse(analysis_json(random_analysis(seed)))), "");
  }
}

/// Paths of every value of a document, in its order.
void collect(const json& value, const json::json_pointer& at,
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

void OneSchema::expect_strict(const json& good) {
  std::vector<json::json_pointer> paths;
  collect(good, json::json_pointer(), paths);
  for (const json::json_pointer& path : paths) {
    json wrong = good;
    wrong[path] = wrong[path].is_object() ? json(1) : json(json::object());
    EXPECT_NE(problem_of(wrong), "") << path.to_string() << " of a wrong type";
    json less = good;
    less[path.parent_pointer()].erase(path.back());
    EXPECT_NE(problem_of(less), "") << path.to_string() << " is missing";
    json more = good;
    more[path.parent_pointer()]["unknown"] = 1;
    EXPECT_NE(problem_of(more), "") << path.to_string() << " has a new neighbour";
  }
}

TEST_F(AnalysisSchema, EveryMissingOrUnknownKeyAndWrongTypeIsNoticed) {
  const json good = json::parse(analysis_json(shop_analysis()));
  ASSERT_GT(good.flatten().size(), 60U);
  expect_strict(good);
}

TEST_F(DifferenceSchema, EveryDifferenceFits) {
  EXPECT_EQ(problem_of(json::parse(difference_json(shop_differences()))), "");
  EXPECT_EQ(problem_of(json::parse(difference_json({}))), "");
}

TEST_F(DifferenceSchema, EveryMissingOrUnknownKeyAndWrongTypeIsNoticed) {
  const json good = json::parse(difference_json(shop_differences()));
  ASSERT_FALSE(good["requests"][0]["changes"][0]["consequences"].empty());
  expect_strict(good);
}

}  // namespace
}  // namespace cutset::report
