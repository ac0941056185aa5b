#include "report/analysis_html.h"

#include <regex>
#include <set>

#include "analysis_testing.h"
#include <gtest/gtest.h>

namespace cutset::report {
namespace {

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++count;
  return count;
}

/// The names of all tags and of all attributes that stand outside quoted values.
std::set<std::string> tags_of(const std::string& page) {
  std::set<std::string> tags;
  const std::regex tag("</?[a-zA-Z!][^\\s<>]*");
  for (auto at = std::sregex_iterator(page.begin(), page.end(), tag);
       at != std::sregex_iterator(); ++at)
    tags.insert(at->str());
  return tags;
}

/// The markup without style and script, which are ours and have no foreign text.
std::string body_of(const std::string& page) {
  const size_t start = page.find("<body>");
  const size_t end = page.find("<script>\n'use strict'");
  EXPECT_NE(start, std::string::npos);
  EXPECT_NE(end, std::string::npos);
  return page.substr(start, end - start);
}

void check_page(const std::string& page, const std::set<std::string>& known_tags) {
  EXPECT_EQ(count_of(page, "<script"), 1U);
  EXPECT_EQ(count_of(page, "</script"), 1U);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.find("url("), std::string::npos);
  const std::string body = body_of(page);
  for (const std::string& tag : tags_of(body))
    EXPECT_EQ(known_tags.count(tag), 1U) << tag;
  const std::string bare = std::regex_replace(body, std::regex("\"[^\"]*\""), "");
  EXPECT_FALSE(std::regex_search(bare, std::regex("<[a-z][^<>]*\\son[a-z]+\\s*=")))
      << "an inline handler";
  EXPECT_FALSE(std::regex_search(bare, std::regex("<[a-z][^<>]*\\ssrc\\s*=")));
  for (const char byte : body) {
    const auto value = static_cast<unsigned char>(byte);
    ASSERT_TRUE(value >= 0x20 || byte == '\n') << "a control character";
  }
  for (const std::string tag : {"section", "article", "details", "table", "tbody", "svg",
                                "div", "ul", "g", "text", "tr", "td", "title", "p"}) {
    const std::regex open("<" + tag + "[ >]");
    const auto opened = std::distance(
        std::sregex_iterator(body.begin(), body.end(), open), std::sregex_iterator());
    EXPECT_EQ(static_cast<size_t>(opened), count_of(body, "</" + tag + ">")) << tag;
  }
}

std::set<std::string> known_tags() {
  std::set<std::string> known;
  for (const std::string tag :
       {"body", "header", "h1",      "h2",      "h3",      "p",      "div",
        "b",    "span",   "i",       "main",    "table",   "thead",  "tbody",
        "tr",   "th",     "td",      "a",       "input",   "svg",    "g",
        "rect", "text",   "path",    "title",   "ul",      "li",     "code",
        "br",   "footer", "section", "article", "details", "summary"}) {
    known.insert("<" + tag);
    known.insert("</" + tag);
  }
  return known;
}

TEST(AnalysisHtml, ForeignTextIsShownAndNotRun) {
  const std::set<std::string> known = known_tags();
  check_page(analysis_html(shop_analysis()), known);
  const std::string page = analysis_html(hostile_analysis());
  check_page(page, known);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos);
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check_page(analysis_html(random_analysis(seed)), known);
  }
}

TEST(AnalysisHtml, LinksOnlyWithinThePage) {
  const std::string page = body_of(analysis_html(shop_analysis()));
  EXPECT_EQ(count_of(page, "href="), 3U);
  EXPECT_EQ(count_of(page, "href=\"#class-"), 3U);
  for (const std::string id : {"class-1", "class-2", "class-3"})
    EXPECT_NE(page.find("id=\"" + id + "\""), std::string::npos);
}

TEST(AnalysisHtml, RowsNameBoxesOfTheirPicture) {
  const std::string page = body_of(analysis_html(shop_analysis()));
  EXPECT_EQ(count_of(page, "<svg "), 3U);
  const std::string first = page.substr(page.find("id=\"class-1\""));
  const std::string article = first.substr(0, first.find("</article>"));
  std::set<std::string> boxes;
  const std::regex box("data-box=\"([0-9]+)\"");
  for (auto at = std::sregex_iterator(article.begin(), article.end(), box);
       at != std::sregex_iterator(); ++at)
    EXPECT_TRUE(boxes.insert((*at)[1]).second) << "two boxes of one number";
  EXPECT_EQ(boxes.size(), 12U) << "17 calls, 6 of them folded into one box";
  size_t rows = 0;
  const std::regex row("data-failing=\"([0-9,]*)\"");
  for (auto at = std::sregex_iterator(article.begin(), article.end(), row);
       at != std::sregex_iterator(); ++at, ++rows) {
    const std::string numbers = (*at)[1];
    ASSERT_FALSE(numbers.empty());
    const std::regex number("[0-9]+");
    for (auto one = std::sregex_iterator(numbers.begin(), numbers.end(), number);
         one != std::sregex_iterator(); ++one)
      EXPECT_EQ(boxes.count(one->str()), 1U);
  }
  EXPECT_EQ(rows, 14U) << "9 single points, 3 combinations, 2 redundancies";
  EXPECT_EQ(count_of(article, "class=\"loop\""), 1U);
  EXPECT_EQ(count_of(article, "class=\"line loose\""), 1U);
}

TEST(AnalysisHtml, TenThousandCallsAndAThousandKindsStayReadable) {
  const std::string large = analysis_html(large_analysis(10'000));
  EXPECT_LT(large.size(), 1U << 20);
  EXPECT_NE(large.find("are folded into others like them or left out of the picture"),
            std::string::npos);
  Analysis many;
  const AnalysedClass one = shop_analysis().classes[0];
  for (int i = 0; i < 1'000; ++i) many.classes.push_back(one);
  const std::string page = analysis_html(many);
  EXPECT_LT(page.size(), 20U << 20);
  EXPECT_NE(page.find("Its picture is left out"), std::string::npos);
  EXPECT_EQ(count_of(page, "<article class=\"kind\""), 1'000U);
}

}  // namespace
}  // namespace cutset::report
