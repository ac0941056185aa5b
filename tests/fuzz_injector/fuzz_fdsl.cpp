// Schedules and findings from anywhere, in bounded time: what is accepted survives
// writing and reading, has a plan, and its portable output is accepted in turn.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "injector/campaign_schedule.h"
#include "injector/fdsl/format.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/portable.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/finding_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::injector;
  using namespace cutset::injector::fdsl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ScheduleReading reading = read_schedule(text, "f");
  for (const cutset::Error& problem : reading.problems) {
    CHECK(problem.file == "f" && !problem.message.empty() && problem.line > 0);
  }
  if (reading.problems.empty()) {
    const Schedule& schedule = reading.schedule;
    const auto again = parse_schedule(write_schedule(schedule), "f");
    CHECK(again.ok());
    CHECK(*again == schedule);
    const Placement placement = *parse_placement("a,b", {});
    const auto plan = make_plan(schedule, placement);
    CHECK(plan.ok());
    CHECK(plan_text(*plan) == plan_text(*make_plan(*again, placement)));
    CHECK(!plan_json(*plan).empty());
    const Portable portable = make_portable(schedule, "f");
    if (portable.problems.empty()) {
      const auto back = parse_schedule(write_schedule(portable.schedule), "f");
      CHECK(back.ok());
      CHECK(*back == portable.schedule);
    }
    const Formatted formatted = format_schedule(text, "f", Output::kNative);
    CHECK(formatted.comment_line >= 0);
    (void)request_faults(schedule, "f").ok();
  }
  const auto finding = parse_finding(text, "f");
  if (finding) {
    const auto again = parse_finding(write_finding(*finding), "f");
    CHECK(again.ok());
    CHECK(*again == *finding);
  }
  return 0;
}
