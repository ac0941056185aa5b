// The JSON of an analysis, and of differences, is what its schema says, and the schema
// would notice otherwise.
#include "analysis_testing.h"
#include "schema_testing.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/analysis_json.h"
#include "report/difference_json.h"

namespace cutset::report {
namespace {

using nlohmann::json;
using testing::OneSchema;

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
