// cases/NAME.ded: a model and its fault sets (lines "// faults: ..."). NAME.txt is all
// that each run must have: tables, messages, firings, verdict, in the words of
// run_text.h. The naive evaluator is asked as well. With CUTSET_UPDATE_GOLDEN set, the
// .txt is written.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "difference.h"
#include "run_text.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "dedalus/evaluation/simulator.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"

namespace cutset::dedalus {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(CUTSET_SOURCE_DIR) / "tests/dedalus/evaluation/cases";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (entry.path().extension() == ".ded") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Case : public testing::TestWithParam<std::string> {};

std::string text_of_runs(Simulator& simulator,
                         const std::vector<ModelFaultSet>& fault_sets) {
  std::string text;
  for (const ModelFaultSet& faults : fault_sets) {
    text += "== " + text_of(simulator.spec(), faults) + "\n";
    const auto run = simulator.run(faults);
    if (!run.ok()) return text + run.error().text() + "\n";
    for (const std::string& line : lines_of(simulator, *run)) text += line + "\n";
  }
  return text;
}

TEST_P(Case, IsAsItMustBe) {
  const std::string path = (kCases / (GetParam() + ".ded")).string();
  const auto source = read_file(path);
  ASSERT_TRUE(source.ok()) << source.error().text();
  const auto program = load_program({path});
  ASSERT_TRUE(program.ok()) << program.error().text();
  const auto rows = parse_parameters(*source, path);
  ASSERT_TRUE(rows.ok() && !rows->empty());
  const Parameters& row = rows->front();
  const FailureSpec spec{.eot = static_cast<Time>(row.eot),
                         .eff = static_cast<Time>(row.eff),
                         .crashes = static_cast<uint32_t>(row.crashes),
                         .nodes = row.nodes,
                         .crash_model = row.crash_model};
  const auto fault_sets = read_fault_sets(*source, spec);
  for (const ModelFaultSet& faults : fault_sets) {
    ASSERT_TRUE(within(faults, spec).ok()) << within(faults, spec).error().text();
  }
  auto simulator = Simulator::create(*program, spec, {});
  ASSERT_TRUE(simulator.ok()) << simulator.error().text();
  const std::string found = text_of_runs(*simulator, fault_sets);
  EXPECT_EQ(compare(*program, spec, fault_sets).difference, "");
  const std::string golden = (kCases / (GetParam() + ".txt")).string();
  if (std::getenv("CUTSET_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(golden, found).ok());
    return;
  }
  const auto expected = read_file(golden);
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(*expected, found);
}

INSTANTIATE_TEST_SUITE_P(Cases, Case, testing::ValuesIn(case_names()),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace cutset::dedalus
