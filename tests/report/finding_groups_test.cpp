#include "report/finding_groups.h"

#include "report_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::report {
namespace {

const std::string kA = "gateway:GET /#1 > a:GET /#1";
const std::string kB = "gateway:GET /#1 > b:GET /#1";

struct Fault {
  std::string event;
  std::string mode;
  std::vector<std::string> alternatives;
};

std::string finding(int id, const std::vector<Fault>& faults,
                    const std::string& outcome) {
  std::string list;
  for (const Fault& fault : faults) {
    std::string modes;
    for (const std::string& mode : fault.alternatives)
      modes += (modes.empty() ? "\"" : ",\"") + mode + "\"";
    list += fmt::format(R"({}{{"event":"{}","mode":"{}","alternatives":[{}]}})",
                        list.empty() ? "" : ",", fault.event, fault.mode, modes);
  }
  return fmt::format(
      R"({{"type":"finding","id":"{:016x}","experiment":1,"status":"confirmed","kind":"finding",)"
      R"("faults":[{}],"outcomes":[{{"name":"{}","state":"violated"}}],"run":"r1"}})",
      id, list, outcome);
}

std::vector<FindingGroup> groups_of(JournalView& view,
                                    const std::vector<std::string>& findings) {
  std::vector<std::string> records = run_records(1, "r1", {}, "held", {"b", "a"});
  records.insert(records.end(), findings.begin(), findings.end());
  auto parsed = parse_journal(journal_text(records), "j");
  EXPECT_TRUE(parsed.ok()) << parsed.error().text();
  view = std::move(*parsed);
  return group_findings(view, FindingKind::kConfirmed);
}

TEST(FindingGroups, SameCallsAndSameOutcomesAreOneFinding) {
  JournalView view;
  const auto groups = groups_of(
      view, {finding(1, {{kA, "error(500)", {"error(500)", "error(503)"}}}, "o"),
             finding(2, {{kA, "timeout", {"timeout", "error(503)"}}}, "o"),
             finding(3, {{kA, "timeout", {"timeout"}}}, "another"),
             finding(4, {{kB, "timeout", {"timeout"}}}, "o")});
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].variants.size(), 2U);
  EXPECT_TRUE(groups[0].modes_combine);
  EXPECT_EQ(group_modes_words(groups[0]),
            std::vector<std::string>{"any of error(500), error(503), timeout"});
  EXPECT_TRUE(group_modes_words(groups[1]).empty()) << "nothing to choose";
}

TEST(FindingGroups, ModesThatDoNotCombineAreNotSaidToCombine) {
  JournalView view;
  const auto groups =
      groups_of(view, {finding(1, {{kA, "refuse", {}}, {kB, "timeout", {}}}, "o"),
                       finding(2, {{kA, "timeout", {}}, {kB, "refuse", {}}}, "o")});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_FALSE(groups[0].modes_combine);
  EXPECT_TRUE(group_modes_words(groups[0]).empty());
  EXPECT_EQ(variant_words(groups[0], *groups[0].variants[0]), "timeout, refuse");
}

TEST(FindingGroups, FaultsStandInTheOrderOfTheirCalls) {
  JournalView view;
  const auto groups =
      groups_of(view, {finding(1, {{kA, "refuse", {}}, {kB, "timeout", {}}}, "o")});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(group_words(groups[0]),
            (std::vector<std::string>{"b does not answer gateway in time (GET /#1)",
                                      "a refuses the connection of gateway (GET /#1)"}));
}

}  // namespace
}  // namespace cutset::report
