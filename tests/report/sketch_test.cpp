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
#include <pugixml.hpp>
#include <stdlib.h>

#include "base/file.h"
#include "lineage/messages/run_sketch.h"
#include "report/escape.h"
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
    const double end = scale.y(INT64_MAX);
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    std::map<size_t, std::pair<int64_t, double>> below;  // by run: its last text
    for (const ScaleEvent& event : events) {
      const double y = scale.y(event.time_ns);
      EXPECT_GE(y, 50);
      EXPECT_LT(y, scale.y(event.time_ns + 1) + (y == end ? 1 : 0));
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

struct Box {
  double left, right, top, bottom;
  std::string text;
};

/// The boxes of all texts, by a width that the fonts at hand stay below.
std::vector<Box> text_boxes(const std::string& svg) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(svg.c_str())) << svg.substr(0, 2000);
  std::vector<Box> boxes;
  for (const auto& found : document.select_nodes("//text")) {
    const pugi::xml_node text = found.node();
    const std::string kind = text.attribute("class").value();
    const double character = kind.starts_with("run") ? 7.2 : kind == "place" ? 6.4 : 5.6;
    const double width =
        character * static_cast<double>(report::count_characters(text.text().get()));
    const double x = text.attribute("x").as_double();
    const double y = text.attribute("y").as_double();
    const std::string anchor = text.attribute("text-anchor").value();
    const double left = anchor == "start"    ? x
                        : anchor == "middle" ? x - width / 2
                                             : x - width;
    boxes.push_back({left, left + width, y - 8, y + 2, text.text().get()});
  }
  return boxes;
}

RunSketch random_sketch(std::mt19937& random) {
  const auto below = [&random](int64_t bound) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(bound));
  };
  RunSketch sketch;
  const auto nodes = static_cast<int>(1 + below(5));
  for (int i = 0; i < nodes; ++i)
    sketch.nodes.push_back({"host-with-a-name-" + std::to_string(i),
                            below(2) == 0 ? "" : "follower of the follower"});
  sketch.leader = static_cast<int>(below(nodes + 1)) - 1;
  sketch.begin_ns = -1000 * kMillisecond;
  sketch.end_ns = (500 + below(20'000)) * kMillisecond;
  const auto any_time = [&] {
    return sketch.begin_ns + below(sketch.end_ns - sketch.begin_ns);
  };
  const auto any_lane = [&] { return static_cast<int>(below(nodes + 1)) - 1; };
  for (int64_t i = below(5); i > 0; --i) {
    SketchWindow window;
    window.text = "a fault with words that need more than a line of the notes for 2 s";
    window.kind = static_cast<SketchWindow::Kind>(below(3));
    window.at = any_lane();
    if (below(2) == 0) window.other = any_lane();
    window.begin_ns = any_time();
    window.end_ns = std::min(sketch.end_ns, window.begin_ns + below(3000) * kMillisecond);
    window.for_ever = below(4) == 0;
    sketch.windows.push_back(std::move(window));
  }
  SketchWrite write;
  write.token = "t7-1";
  write.invoked_ns = any_time();
  write.acknowledged_ns = write.invoked_ns + below(1000);
  write.lost = below(2) == 0;
  for (int64_t i = below(12); i > 0; --i) {
    SketchMessage message;
    message.from = any_lane();
    message.to = any_lane();
    message.sent_ns = any_time();
    message.delivered_ns = std::min(sketch.end_ns, message.sent_ns + below(1'000'000));
    message.arrived = below(3) > 0;
    message.label = "SET";
    write.messages.push_back(std::move(message));
  }
  for (int64_t i = below(8); i > 0; --i) {
    SketchCopy copy;
    copy.node = static_cast<int>(below(nodes));
    copy.begin_ns = any_time();
    copy.end_ns = std::min(sketch.end_ns, copy.begin_ns + below(1000) * kMillisecond);
    copy.fate = static_cast<Copy::Fate>(below(5));
    copy.by = any_lane();
    write.copies.push_back(copy);
  }
  if (write.lost && !write.copies.empty()) write.last_copy = 0;
  sketch.writes.push_back(std::move(write));
  return sketch;
}

TEST(SketchSvg, NoTwoTextsOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const RunSketch good = random_sketch(random);
    const RunSketch bad = random_sketch(random);
    const std::string title(60, 'x');
    const std::vector<Box> boxes =
        text_boxes(report::sketch_svg({{&good, &good.writes.front(), title, false},
                                       {&bad, &bad.writes.front(), title, true}},
                                      "two runs"));
    for (size_t i = 0; i < boxes.size(); ++i) {
      for (size_t k = i + 1; k < boxes.size(); ++k) {
        const bool apart =
            boxes[i].right <= boxes[k].left || boxes[k].right <= boxes[i].left ||
            boxes[i].bottom <= boxes[k].top || boxes[k].bottom <= boxes[i].top;
        EXPECT_TRUE(apart) << boxes[i].text << " and " << boxes[k].text;
      }
    }
    if (HasFailure()) FAIL() << "round " << round;
  }
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
