// The reports of the journals beside this file, compared byte by byte with what was read
// and found right. After an intended change: report_journal FORMAT
// tests/report/CASE/journal.jsonl > tests/report/CASE/expected.SUFFIX
#include "report_testing.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "base/file.h"
#include "report/report_dot.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_text.h"

namespace cutset::report {
namespace {

class Golden : public testing::TestWithParam<const char*> {
 protected:
  std::string expected(const std::string& suffix) const {
    const auto content = read_file(case_path(GetParam(), "expected." + suffix));
    EXPECT_TRUE(content.ok()) << content.error().text();
    return content.ok() ? *content : "";
  }
  JournalView view_ = journal_of(GetParam());
};

TEST_P(Golden, Text) {
  EXPECT_EQ(report_text(view_), expected("txt"));
}

TEST_P(Golden, TextHasEscapesOnlyWhereColorIsAsked) {
  EXPECT_EQ(report_text(view_).find('\x1b'), std::string::npos);
  std::string colored = report_text(view_, {true, 8});
  EXPECT_NE(colored.find("\x1b[1m"), std::string::npos);
  for (const std::string code :
       {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"}) {
    for (size_t at = 0; (at = colored.find(code, at)) != std::string::npos;)
      colored.erase(at, code.size());
  }
  EXPECT_EQ(colored, report_text(view_));
}

TEST_P(Golden, Json) {
  const std::string text = report_json(view_);
  EXPECT_EQ(text, expected("json"));
  EXPECT_EQ(nlohmann::json::parse(text).at("schema_version"), 1);
}

TEST_P(Golden, Junit) {
  const std::string text = report_junit(view_);
  EXPECT_EQ(text, expected("xml"));
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(text.c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  size_t cases = 0;
  size_t failures = 0;
  size_t errors = 0;
  std::set<std::string> names;
  for (const pugi::xml_node& test : suite.children("testcase")) {
    ++cases;
    EXPECT_TRUE(names.insert(test.attribute("name").value()).second)
        << "two cases of one name";
    EXPECT_FALSE(test.child("skipped"));
    errors += test.child("error") ? 1 : 0;
    if (const pugi::xml_node failure = test.child("failure")) {
      ++failures;
      EXPECT_NE(std::string(failure.text().get()).find("cutset replay"),
                std::string::npos);
    }
  }
  EXPECT_EQ(suite.attribute("tests").as_uint(), cases);
  EXPECT_EQ(suite.attribute("failures").as_uint(), failures);
  EXPECT_EQ(suite.attribute("errors").as_uint(), errors);
}

TEST_P(Golden, Dot) {
  EXPECT_EQ(report_dot(view_.runs.at(0).result.execution), expected("dot"));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::Values("shop", "cut-off", "hostile"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace cutset::report
