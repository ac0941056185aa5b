// The complete example of docs/fdsl.md is linted and planned, and the plan beside it is
// what comes out; every key that the reader knows stands in the reference.
#include <gtest/gtest.h>

#include "base/file.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/read.h"

namespace cutset::injector::fdsl {
namespace {

const std::string kReference = CUTSET_SOURCE_DIR "/docs/fdsl.md";

/// The text of the first block that begins with ```KIND.
std::string block(const std::string& text, const std::string& kind) {
  const std::string begin = "```" + kind + "\n";
  const size_t at = text.find(begin);
  if (at == std::string::npos) return "";
  const size_t first = at + begin.size();
  return text.substr(first, text.find("```", first) - first);
}

TEST(FdslReference, ItsExampleIsGoodAndHasThePlanThatStandsBesideIt) {
  const std::string text = *read_file(kReference);
  const std::string example = block(text, "yaml");
  const ScheduleReading reading = read_schedule(example, "f");
  for (const Error& problem : reading.problems) ADD_FAILURE() << problem.text();
  for (const Error& warning : reading.warnings) ADD_FAILURE() << warning.text();
  const auto plan = make_plan(reading.schedule, *parse_placement("a,b,c", {}));
  ASSERT_TRUE(plan);
  EXPECT_EQ(block(text, "plan"), plan_text(*plan));
}

TEST(FdslReference, EveryFaultIsInIt) {
  const std::string text = *read_file(kReference);
  for (const std::string& key : fault_keys()) {
    const bool named = text.find("| `" + key + "`") != std::string::npos ||
                       text.find("| `" + key + ":`") != std::string::npos;
    EXPECT_TRUE(named) << key;
  }
}

}  // namespace
}  // namespace cutset::injector::fdsl
