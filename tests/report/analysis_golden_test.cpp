// The text and JSON of analyses by hand, compared byte by byte with what was read and
// found right. After an intended change:
//   analysis_sample text shop > tests/report/data/analysis-shop.txt     (and so on)
#include "analysis_testing.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "report/analysis_json.h"
#include "report/analysis_text.h"
#include "report/difference_json.h"
#include "report/difference_text.h"

namespace cutset::report {
namespace {

std::string golden(const std::string& name) {
  const auto content =
      read_file(std::string(CUTSET_SOURCE_DIR) + "/tests/report/data/" + name);
  EXPECT_TRUE(content.ok()) << content.error().text();
  return content.ok() ? *content : "";
}

class AnalysisGolden : public testing::TestWithParam<const char*> {
 protected:
  const std::string name_ = GetParam();
  const Analysis analysis_ = analysis_of(name_);
};

TEST_P(AnalysisGolden, Text) {
  EXPECT_EQ(analysis_text(analysis_), golden("analysis-" + name_ + ".txt"));
}

TEST_P(AnalysisGolden, TextInFull) {
  TextOptions options;
  options.all = true;
  options.passes = true;
  EXPECT_EQ(analysis_text(analysis_, options), golden("analysis-" + name_ + "-all.txt"));
}

TEST_P(AnalysisGolden, TextInAsciiOnASmallTerminal) {
  TextOptions options;
  options.unicode = false;
  options.width = 72;
  const std::string text = analysis_text(analysis_, options);
  EXPECT_EQ(text, golden("analysis-" + name_ + "-ascii.txt"));
  for (const char byte : text) EXPECT_LT(static_cast<unsigned char>(byte), 0x80);
}

TEST_P(AnalysisGolden, Json) {
  EXPECT_EQ(analysis_json(analysis_), golden("analysis-" + name_ + ".json"));
}

INSTANTIATE_TEST_SUITE_P(Cases, AnalysisGolden, testing::Values("shop", "hostile"),
                         [](const auto& parameter) { return parameter.param; });

TEST(DifferenceGolden, Text) {
  EXPECT_EQ(difference_text(shop_differences(), false), golden("difference.txt"));
}

TEST(DifferenceGolden, Json) {
  EXPECT_EQ(difference_json(shop_differences()), golden("difference.json"));
}

TEST(DifferenceGolden, OneRequestWithoutADifferenceIsShownInFull) {
  EXPECT_EQ(
      difference_text({shop_differences()[1]}, false),
      "gateway GET /search\n"
      "  trace 1: the request was answered\n"
      "  compared with 1 good run\n"
      "  No difference: it made the calls that the good runs make, with answers that "
      "they saw.\n");
}

TEST(DifferenceGolden, NothingToCompare) {
  EXPECT_EQ(difference_text({}, false), "The bad traces have no request in them.\n");
}

}  // namespace
}  // namespace cutset::report
