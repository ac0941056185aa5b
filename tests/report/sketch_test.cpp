// Pictures of runs of nodes: the shared time scale, what is said beside the recordings of
// redis against a golden file, which runs and writes are put beside each other.
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "recordings.h"
#include "searched_systems.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/file.h"
#include "lineage/messages/run_sketch.h"
#include "report/nodes_html.h"
#include "report/nodes_pictures.h"
#include "report/sketch_notes.h"
#include "report/sketch_scale.h"
#include "report/sketch_svg.h"

namespace cutset::testing {
namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)
using namespace campaign::nodes;    // NOLINT(google-build-using-namespace)
using report::ScaleEvent;
using report::SketchedRun;
using report::SketchScale;

constexpr int64_t kMillisecond = 1'000'000;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

/// UPDATE_GOLDEN=1 writes the file anew.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string path =
      std::string(CUTSET_SOURCE_DIR) + "/tests/report/sketch/" + name;
  if (::getenv("UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file(path, text).ok());
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(text, *expected) << name;
}

TEST(SketchNotes, OfTheRecordingsAreAsExpected) {
  std::string text;
  for (const char* name :
       {"redis-plain", "redis-restart", "redis-failover", "redis-isolate"}) {
    const RunSketch sketch = sketch_recording(name);
    const SketchWrite* write = report::lost_write(sketch, {});
    if (write == nullptr && !sketch.writes.empty()) write = &sketch.writes.front();
    text += fmt::format("{}\n", name);
    for (const report::SketchNote& note : report::notes_of({&sketch, write, "", false}))
      text +=
          fmt::format("  {:+.3f} s  {}: {}\n", static_cast<double>(note.time_ns) / 1e9,
                      report::lane_words(sketch, note.lane), note.text);
  }
  expect_golden("notes.txt", text);
}

TEST(SketchSvg, OfTwoRunsIsAsExpected) {
  const RunSketch good = sketch_recording("redis-plain");
  const RunSketch bad = sketch_recording("redis-isolate");
  const SketchWrite* lost = report::lost_write(bad, {});
  ASSERT_NE(lost, nullptr);
  expect_golden("isolate.svg",
                report::sketch_svg({{&good, report::write_like(good, bad, *lost),
                                     "held: no fault", false},
                                    {&bad, lost, "broken: isolate leader", true}},
                                   "two runs"));
}

TEST(SketchScale, GrowsWithTimeAndKeepsTextsApart) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<ScaleEvent> events;
    const size_t most = 1 + random() % 30;
    for (size_t i = 0; i < most; ++i) {
      // Many at one time, some a millisecond apart, some seconds.
      const int64_t unit = random() % 2 == 0 ? kMillisecond : 1000 * kMillisecond;
      events.push_back({static_cast<int64_t>(random() % 8) * unit, random() % 2,
                        static_cast<double>(random() % 3) * 14});
    }
    const SketchScale scale(events, 50);
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    std::map<size_t, std::pair<int64_t, double>> below;  // by run: its last text
    for (const ScaleEvent& event : events) {
      const double y = scale.y(event.time_ns);
      EXPECT_GE(y, 50);
      EXPECT_LT(y, scale.y(event.time_ns + 1) + (y == scale.bottom() ? 1 : 0));
      EXPECT_NEAR(static_cast<double>(scale.time_at(y)),
                  static_cast<double>(event.time_ns), 1000);
      if (event.height <= 0) continue;
      auto& [time_ns, free_from] = below.try_emplace(event.run, -1, 0.0).first->second;
      if (event.time_ns > time_ns) {
        EXPECT_GE(y + 1e-6, free_from);
      }
      // Texts of one time stand below each other, in the room that is kept for them.
      time_ns = event.time_ns;
      free_from = std::max(free_from, y) + event.height;
    }
    const std::vector<int64_t> ticks = scale.ticks(12);
    for (size_t i = 1; i < ticks.size(); ++i)
      EXPECT_GE(scale.y(ticks[i]) - scale.y(ticks[i - 1]), 12);
  }
}

TEST(SketchSvg, IsBoundedWhateverTheTraffic) {
  RunSketch sketch = sketch_recording("redis-isolate");
  for (SketchTraffic& traffic : sketch.traffic) {
    traffic.sent.assign(kSketchedStretches, 1'000'000);
    traffic.arrived.assign(kSketchedStretches, 1'000'000);
  }
  const std::string svg =
      report::sketch_svg({{&sketch, report::lost_write(sketch, {}), "", true}}, "");
  EXPECT_LT(count(svg, "<line"), 400u);
}

TEST(SketchSvg, HostileNamesStayText) {
  RunSketch sketch = sketch_recording("redis-isolate");
  const std::string hostile = "<b onclick=x>\"'&\x1b[31m\xff\n";
  sketch.nodes[0] = {hostile, hostile};
  sketch.windows.push_back(
      {hostile, SketchWindow::Kind::kPaused, 0, kNoNode, 0, 0, kMillisecond, false});
  for (SketchWrite& write : sketch.writes) {
    write.token = hostile;
    for (SketchMessage& message : write.messages) message.label = hostile;
  }
  const std::string svg = report::sketch_svg(
      {{&sketch, report::lost_write(sketch, {}), hostile, true}}, hostile);
  EXPECT_EQ(svg.find("<b onclick"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
}

TEST(NodesPictures, TheNearestRunThatHeldStandsBesideTheFinding) {
  std::vector<std::string> nearest;
  for (const MechanismGroup& group : store().groups) {
    const auto good = report::nearest_good_runs(store(), group);
    ASSERT_FALSE(good.empty());
    EXPECT_TRUE(good.back().schedule.empty());
    nearest.push_back(group.main.schedule.text() + " | " + good.front().schedule.text());
  }
  EXPECT_EQ(
      nearest,
      (std::vector<std::string>{
          "isolate leader for 5 s | isolate leader for 1.5 s",
          "crash and restart leader after 0.5 s | crash and restart leader after 2.5 s",
          "crash and restart leader after 2 s | crash and restart leader after 2.5 s",
          "isolate leader (what it sends) for 0.5 s; then, during it, crash leader | "
          "cut leader -> follower for 0.5 s; then, during it, crash leader"}));
}

TEST(NodesPictures, AWriteOfTheSamePhaseIsFollowedInTheGoodRun) {
  RunSketch bad;
  bad.windows.push_back(
      {"", SketchWindow::Kind::kLinks, 0, kNoNode, 0, 0, 100 * kMillisecond, false});
  RunSketch good = bad;
  const auto write = [](const std::string& token, int64_t milliseconds, bool lost) {
    SketchWrite made;
    made.token = token;
    made.acknowledged_ns = milliseconds * kMillisecond;
    made.lost = lost;
    return made;
  };
  good.writes = {write("before", -1, false), write("lost", 3, true),
                 write("during", 50, false), write("after", 120, false)};
  EXPECT_EQ(report::write_like(good, bad, write("w", 2, true))->token, "during");
  EXPECT_EQ(report::write_like(good, bad, write("w", -50, true))->token, "before");
  EXPECT_EQ(report::write_like(good, bad, write("w", 900, true))->token, "after");
  good.writes = {write("lost", 3, true)};
  EXPECT_EQ(report::write_like(good, bad, write("w", 2, true)), nullptr);
}

TEST(NodesPictures, AreDrawnFromWhatIsBesideTheJournal) {
  report::Sketches sketches;
  const RunSketch good = sketch_recording("redis-plain");
  const RunSketch bad = sketch_recording("redis-isolate");
  const MechanismGroup& group = store().groups.front();
  sketches[group.main.run] = bad;
  // The nearest good run has no sketch: the next one is taken.
  const auto nearest = report::nearest_good_runs(store(), group);
  sketches[nearest[1].run] = good;
  const std::string page = report::nodes_html(store(), sketches);
  EXPECT_EQ(count(page, "<svg"), 1u);
  EXPECT_EQ(count(page, "</svg>"), 1u);
  EXPECT_EQ(count(page, "No picture: "), store().groups.size() - 1);
  EXPECT_NE(page.find("held: " + nearest[1].schedule.text()), std::string::npos);
  EXPECT_EQ(page.find("held: " + nearest[0].schedule.text()), std::string::npos);
  EXPECT_NE(page.find("fatal: the last copy"), std::string::npos);
  EXPECT_EQ(count(page, "http"), 1u);  // http-equiv
}

}  // namespace
}  // namespace cutset::testing
