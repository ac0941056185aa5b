// The reports of campaigns on simulated systems: the text against a golden file, the
// page and the JSON by what they must say, and hostile names in all three.
#include <fstream>

#include "searched_systems.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>

#include "base/file.h"
#include "campaign/nodes/node_campaign.h"
#include "report/nodes_html.h"
#include "report/nodes_json.h"
#include "report/nodes_text.h"

namespace cutset::testing {
namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

// UPDATE_GOLDEN=1 writes the file anew.
TEST(NodesText, IsAsExpected) {
  const std::string path =
      std::string(CUTSET_SOURCE_DIR) + "/tests/report/nodes/store.txt";
  const std::string text = report::nodes_text(store(), false);
  if (::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(path, text).ok());
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected.ok());
  EXPECT_EQ(text, *expected);
}

TEST(NodesText, SaysRangesWithTheirNeighbours) {
  for (const LadderResult& ladder : store().ladders) {
    if (ladder.words == "pause leader") {
      EXPECT_EQ(report::range_words(ladder),
                "breaks from 2 s to 3 s, holds at 1.5 s and 5 s");
    }
    if (ladder.words == "isolate leader") {
      EXPECT_EQ(report::range_words(ladder), "breaks from 2 s to 5 s, holds at 1.5 s");
    }
  }
}

TEST(NodesText, OfASystemWithoutFindings) {
  const std::string text =
      report::nodes_text(search(SystemTraits::majority(), "votes"), false);
  EXPECT_EQ(text.rfind("votes: no schedule breaks the outcome\n", 0), 0U);
  EXPECT_NE(text.find("Assumed:\n- faults are isolate"), std::string::npos);
}

TEST(NodesHtml, HasEachMechanismAndLadder) {
  const std::string page = report::nodes_html(store(), {});
  EXPECT_EQ(count(page, "<article "), store().groups.size());
  EXPECT_EQ(count(page, "<tr><td>"), store().ladders.size());
  EXPECT_EQ(count(page, "<script"), 0U);
  EXPECT_EQ(count(page, "http"), 1U);  // http-equiv
  for (const std::string tag : {"table", "article", "section", "dl", "ol", "ul", "div"}) {
    EXPECT_EQ(count(page, "<" + tag + ">") + count(page, "<" + tag + " "),
              count(page, "</" + tag + ">"))
        << tag;
  }
}

TEST(NodesJson, CanBeReadAndAgrees) {
  const auto json = nlohmann::json::parse(report::nodes_json(store()));
  EXPECT_EQ(json["mechanisms"].size(), store().groups.size());
  EXPECT_EQ(json["experiments"], store().experiments);
  EXPECT_EQ(json["tried"].size(), store().tried.size());
  EXPECT_EQ(json["exit_code"], 1);
}

TEST(Nodes, HostileNamesStayText) {
  NodeSummary summary = store();
  const std::string hostile = "<b onclick=x>\"'&\x1b[31m\xff\n";
  summary.name = hostile;
  summary.statement = hostile;
  summary.groups[0].words = hostile;
  summary.groups[0].lost[0].token = hostile;
  summary.groups[0].main.schedule.steps[0].faults[0].element.at.role = hostile;
  summary.ladders[0].words = hostile;
  summary.tried[0].state = hostile;
  const std::string page = report::nodes_html(summary, {});
  EXPECT_EQ(page.find("<b onclick"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(report::nodes_text(summary, false).find('\x1b'), std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(report::nodes_json(summary)));
}

}  // namespace
}  // namespace cutset::testing
