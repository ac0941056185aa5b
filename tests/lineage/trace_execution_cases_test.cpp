// Spans to calls, a rule a folder: data/executions/<rule>/spans.txt (form:
// execution_testing.h) and calls.txt, what is expected. CUTSET_UPDATE_GOLDEN=1 writes the
// expected files anew: read them before they are committed.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "execution_testing.h"
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  return fs::path(CUTSET_SOURCE_DIR) / "tests/lineage/data/executions";
}

std::string file_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder())) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class TraceExecutionCase : public testing::TestWithParam<std::string> {};

TEST_P(TraceExecutionCase, GivesTheExpectedCalls) {
  const TextTrace trace = parse_trace(file_text(folder() / GetParam() / "spans.txt"));
  ASSERT_EQ(trace.problem, "");
  ASSERT_FALSE(trace.spans.empty());
  const SpanTable table = table_of(trace.spans);
  const TraceTree tree = link_spans(table, all_spans(table));
  ModelCounts counts;
  const Execution execution = execution_of(table, tree, trace.options, counts);
  check_invariants(execution);
  const std::string found = show(execution) + show(counts) + "\n";

  const fs::path expected = folder() / GetParam() / "calls.txt";
  if (std::getenv("CUTSET_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected) << found;
    GTEST_SKIP() << "written: " << expected;
  }
  EXPECT_EQ(found, file_text(expected));
}

INSTANTIATE_TEST_SUITE_P(Rules, TraceExecutionCase, testing::ValuesIn(cases()),
                         [](const testing::TestParamInfo<std::string>& rule) {
                           std::string name = rule.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(TraceExecutionCases, AreThere) {
  EXPECT_GE(cases().size(), 20U);
}

}  // namespace
}  // namespace cutset::lineage
