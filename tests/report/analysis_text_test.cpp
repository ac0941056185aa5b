// What holds for the text of every analysis, whatever the names in it.
#include "report/analysis_text.h"

#include <sstream>

#include "analysis_testing.h"
#include <gtest/gtest.h>

#include "report/difference_text.h"
#include "report/escape.h"

namespace cutset::report {
namespace {

constexpr const char* kCodes[] = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m",
                                  "\x1b[31m", "\x1b[32m", "\x1b[33m"};

std::string without_codes(std::string text) {
  for (const std::string code : kCodes) {
    for (size_t at = 0; (at = text.find(code, at)) != std::string::npos;)
      text.erase(at, code.size());
  }
  return text;
}

/// Every line is clean text, no longer than `width` characters where `width` is given.
void expect_clean(const std::string& text, size_t width = SIZE_MAX) {
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(text.back(), '\n');
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line, clean_text(line));
    EXPECT_LE(count_characters(line), width) << line;
  }
}

TEST(AnalysisText, ForeignTextNeverReachesTheTerminalAsControl) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Analysis analysis = random_analysis(seed);
    TextOptions options;
    options.all = seed % 2 == 0;
    options.passes = true;
    const std::string text = analysis_text(analysis, options);
    expect_clean(text);
    options.color = true;
    EXPECT_EQ(without_codes(analysis_text(analysis, options)), text);
  }
}

TEST(AnalysisText, LinesFitTheTerminal) {
  for (const size_t width : {60U, 80U, 100U}) {
    for (const Analysis& analysis :
         {shop_analysis(), hostile_analysis(), large_analysis(10'000)}) {
      TextOptions options;
      options.width = width;
      expect_clean(analysis_text(analysis, options), width);
    }
  }
}

TEST(AnalysisText, TenThousandCallsAreAScreenOrTwo) {
  const std::string text = analysis_text(large_analysis(10'000));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 80);
  EXPECT_NE(text.find("more of these"), std::string::npos);
}

TEST(AnalysisText, AllShowsEveryCall) {
  TextOptions options;
  options.all = true;
  const std::string text = analysis_text(large_analysis(3'000), options);
  EXPECT_EQ(text.find("more of these"), std::string::npos);
  EXPECT_GT(std::count(text.begin(), text.end(), '\n'), 3'000);
}

TEST(AnalysisText, ManyKindsAreALineEachAfterTheFirst) {
  Analysis analysis;
  const AnalysedClass one = shop_analysis().classes[0];
  for (int i = 0; i < 40; ++i) {
    analysis.classes.push_back(one);
    analysis.classes.back().name = "kind " + std::to_string(i) + " of request";
  }
  const std::string text = analysis_text(analysis);
  EXPECT_NE(text.find("\n10. kind 9 of request\n"), std::string::npos);
  EXPECT_EQ(text.find("\n11. kind 10 of request\n"), std::string::npos);
  EXPECT_NE(text.find("  40. kind 39 of request: "), std::string::npos);
  EXPECT_NE(text.find("30 more kinds (--all shows them in full)"), std::string::npos);
  TextOptions options;
  options.all = true;
  EXPECT_NE(analysis_text(analysis, options).find("\n40. kind 39 of request\n"),
            std::string::npos);
}

TEST(AnalysisText, NothingWasFoundIsSaid) {
  const std::string text = analysis_text(Analysis());
  EXPECT_NE(text.find("0 requests of 0 kinds"), std::string::npos);
}

TEST(DifferenceText, ForeignTextNeverReachesTheTerminalAsControl) {
  const std::string text = difference_text(shop_differences(), false);
  expect_clean(text, 100);
  EXPECT_EQ(without_codes(difference_text(shop_differences(), true)), text);
}

TEST(DifferenceText, TracesThatDifferInTheSameWayAreShownOnce) {
  std::vector<lineage::ExecutionDifference> differences{shop_differences()[0]};
  lineage::ExecutionDifference again = differences[0];
  for (const char* run : {"6", "7", "8", "9"}) {
    again.bad_run = run;
    again.bad_failed =
        again.bad_run != "8";  // once the request was answered all the same
    differences.push_back(again);
  }
  const std::string text = difference_text(differences, false);
  EXPECT_NE(text.find("  traces 000000000000000000000000383acc79, 6, 7 and 1 other: each "
                      "request failed"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  trace 8: the request was answered; spans are missing"),
            std::string::npos);
  const std::string_view change = "gateway -> tax GET /tax failed";
  const size_t first = text.find(change);
  const size_t second = text.find(change, first + 1);
  EXPECT_NE(second, std::string::npos);
  EXPECT_EQ(text.find(change, second + 1), std::string::npos);
}

TEST(TextOptions, WidthAndLettersComeFromTheEnvironment) {
  ::setenv("COLUMNS", "72", 1);
  ::setenv("LC_ALL", "de_DE.UTF-8", 1);
  EXPECT_EQ(TextOptions::of_environment().width, 72U);
  EXPECT_TRUE(TextOptions::of_environment().unicode);
  ::setenv("COLUMNS", "400", 1);
  ::setenv("LC_ALL", "C", 1);
  EXPECT_EQ(TextOptions::of_environment().width, 100U);
  EXPECT_FALSE(TextOptions::of_environment().unicode);
  ::setenv("COLUMNS", "7", 1);
  EXPECT_EQ(TextOptions::of_environment().width, 60U);
  ::unsetenv("COLUMNS");
  ::unsetenv("LC_ALL");
}

}  // namespace
}  // namespace cutset::report
