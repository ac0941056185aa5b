#include <regex>

#include "report_testing.h"
#include <gtest/gtest.h>

#include "report/report_html.h"

namespace cutset::report {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

/// The page without the values of its attributes: text of the system under test may stand
/// in them, but has no quote of its own to end one with.
std::string without_values(const std::string& page) {
  return std::regex_replace(page, std::regex("\"[^\"]*\""), "");
}

class Html : public testing::TestWithParam<const char*> {
 protected:
  std::string page_ = report_html(journal_of(GetParam()));
};

TEST_P(Html, LoadsNothing) {
  const std::regex loads(
      R"(<[a-z][^<>]*\s(src|href|srcset|action|data|poster|xlink:href)\s*=)");
  EXPECT_FALSE(std::regex_search(without_values(page_), loads));
  EXPECT_EQ(page_.find("@import"), std::string::npos);
  EXPECT_EQ(page_.find("url("), std::string::npos);
  EXPECT_EQ(count_of(page_, "<link"), 0U);
  EXPECT_NE(page_.find("default-src 'none'"), std::string::npos);
}

TEST_P(Html, HasOnlyItsOwnScript) {
  EXPECT_EQ(count_of(page_, "<script"), 1U);
  EXPECT_EQ(count_of(page_, "</script"), 1U);
  EXPECT_EQ(count_of(page_, "<img"), 0U);
  EXPECT_FALSE(std::regex_search(without_values(page_),
                                 std::regex(R"(<[a-z][^<>]*\son[a-z]+\s*=)")))
      << "an inline handler";
}

TEST_P(Html, TagsAreBalanced) {
  for (const std::string tag : {"section", "article", "details", "table", "tbody", "svg",
                                "div", "dl", "ul", "g", "text"}) {
    const std::regex open("<" + tag + "[ >]");
    const auto opened = std::distance(
        std::sregex_iterator(page_.begin(), page_.end(), open), std::sregex_iterator());
    EXPECT_EQ(static_cast<size_t>(opened), count_of(page_, "</" + tag + ">")) << tag;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Html, testing::Values("shop", "cut-off", "hostile"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(Html, ShowsEachFindingWithItsDiagramsAndReplayCommand) {
  const std::string page = report_html(journal_of("shop"));
  EXPECT_EQ(count_of(page, "<article class=\"confirmed\">"), 6U);
  EXPECT_EQ(count_of(page, "<article class=\"flaky\">"), 1U);
  EXPECT_EQ(count_of(page, "<article class=\"accepted\">"), 1U);
  EXPECT_EQ(count_of(page, "<svg "), 16U) << "the bad run and the good one";
  EXPECT_EQ(count_of(page, "data-copy=\"cutset replay .cutset/findings/finding-"), 7U)
      << "confirmed ones have a file";
  EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
}

}  // namespace
}  // namespace cutset::report
