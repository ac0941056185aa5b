// Sketches of runs, for pictures: which writes are kept, how the lives of their copies
// are told, that they stay small, and that a file of them is read back or refused.
#include "messages_testing.h"
#include <gtest/gtest.h>

#include "lineage/messages/messages_json.h"
#include "lineage/messages/run_sketch.h"
#include "lineage/messages/run_sketch_json.h"

namespace cutset::lineage::messages {

namespace {

RunSketch sketch_recording(const std::string& name) {
  const std::string path = recording(name, ".json");
  const auto execution = from_json(read_text(path), path);
  EXPECT_TRUE(execution.ok());
  SketchWish wish;
  wish.origin_ns = origin_of(*execution);
  return sketch_of(*execution, find_copies(*execution), wish);
}

const SketchWrite* first_lost(const RunSketch& sketch) {
  for (const SketchWrite& write : sketch.writes)
    if (write.lost) return &write;
  return nullptr;
}

TEST(Sketch, TellsWhichTransferTookTheLastCopy) {
  const RunSketch sketch = sketch_recording("redis-isolate");
  const SketchWrite* lost = first_lost(sketch);
  ASSERT_NE(lost, nullptr);
  ASSERT_TRUE(lost->last_copy.has_value());
  const SketchCopy& last = lost->copies[*lost->last_copy];
  EXPECT_EQ(last.node, 0);
  EXPECT_EQ(last.fate, Copy::Fate::kReplaced);
  EXPECT_EQ(last.by, 1);
  ASSERT_TRUE(last.message.has_value());
  EXPECT_TRUE(lost->messages[*last.message].replaces);
  EXPECT_FALSE(lost->messages[*last.message].carries);
  EXPECT_EQ(lost->messages[*last.message].delivered_ns, last.end_ns);
}

TEST(Sketch, ARestartedNodeLosesItsCopyBeforeTheOthersDo) {
  const RunSketch sketch = sketch_recording("redis-restart");
  ASSERT_EQ(sketch.windows.size(), 1u);
  EXPECT_EQ(sketch.windows[0].kind, SketchWindow::Kind::kDown);
  EXPECT_EQ(sketch.windows[0].begin_ns, 0);
  EXPECT_FALSE(sketch.windows[0].for_ever);
  const SketchWrite* lost = first_lost(sketch);
  ASSERT_NE(lost, nullptr);
  ASSERT_EQ(lost->copies.size(), 3u);
  EXPECT_EQ(lost->copies[0].node, 0);
  EXPECT_EQ(lost->copies[0].fate, Copy::Fate::kLostWithNode);
  EXPECT_EQ(lost->copies[0].end_ns, 0);
  EXPECT_NE(lost->copies[*lost->last_copy].node, 0);
}

TEST(Sketch, KeepsAWriteOfEachFateAndPhase) {
  const RunSketch sketch = sketch_recording("redis-isolate");
  size_t kept = 0;
  size_t lost = 0;
  for (const SketchWrite& write : sketch.writes) ++(write.lost ? lost : kept);
  EXPECT_GT(kept, 1u);
  EXPECT_GT(lost, 0u);
  EXPECT_LE(sketch.writes.size(), kMostSketchedWrites);
}

TEST(Sketch, ACopyThatIsMadeAgainLivesTwice) {
  Made made;
  made.send(kOutside, 0, "SET", {"w1"});
  made.send(0, 1, "SET", {"w1"});
  made.life(0, LifeEvent::Kind::kCrashed);
  made.life(0, LifeEvent::Kind::kStarted);
  made.send(1, 0, "RDB", {"w1"});
  made.execution.end_ns = made.now + 100;
  SketchWish wish;
  wish.origin_ns = origin_of(made.execution);
  const RunSketch sketch = sketch_of(made.execution, find_copies(made.execution), wish);
  ASSERT_EQ(sketch.writes.size(), 1u);
  std::vector<Copy::Fate> lives;
  for (const SketchCopy& copy : sketch.writes[0].copies)
    if (copy.node == 0) lives.push_back(copy.fate);
  EXPECT_EQ(lives,
            (std::vector<Copy::Fate>{Copy::Fate::kLostWithNode, Copy::Fate::kAlive}));
  EXPECT_FALSE(sketch.writes[0].lost);
}

// A follower was told to drop it, by messages without a token: the final read says so.
TEST(Sketch, WhatWasLostIsNotDrawnAsThere) {
  Made made;
  made.send(kOutside, 0, "SET", {"w1"});
  made.send(0, 1, "SET", {"w1"});
  made.life(0, LifeEvent::Kind::kCrashed);
  made.execution.end_ns = made.now + 100;
  SketchWish wish;
  wish.origin_ns = origin_of(made.execution);
  wish.lost = {{"w1"}};
  const RunSketch sketch = sketch_of(made.execution, find_copies(made.execution), wish);
  ASSERT_EQ(sketch.writes.size(), 1u);
  const SketchWrite& write = sketch.writes[0];
  ASSERT_TRUE(write.last_copy.has_value());
  EXPECT_EQ(write.copies[*write.last_copy].node, 1);
  EXPECT_EQ(write.copies[*write.last_copy].fate, Copy::Fate::kVanished);
  EXPECT_EQ(write.copies[*write.last_copy].end_ns, sketch.end_ns);
}

TEST(Sketch, StaysSmallHoweverLongTheRun) {
  Made made;
  for (int i = 0; i < 3000; ++i) {
    const std::string token = "w" + std::to_string(i);
    made.send(kOutside, 0, "SET", {token});
    for (int again = 0; again < 3; ++again) {
      made.send(0, 1, "SET", {token});
      made.send(0, 2, "SET", {token}, again == 2);
    }
  }
  made.execution.end_ns = made.now + 100;
  const RunSketch sketch = sketch_of(made.execution, find_copies(made.execution), {});
  EXPECT_LE(sketch.writes.size(), kMostSketchedWrites);
  EXPECT_LT(to_json(sketch).size(), 40'000u);
}

TEST(Sketch, IsReadAsItWasWritten) {
  for (const char* name :
       {"redis-plain", "redis-restart", "redis-failover", "redis-isolate"}) {
    const RunSketch sketch = sketch_recording(name);
    const auto again = sketch_from_json(to_json(sketch), "again");
    ASSERT_TRUE(again.ok()) << name << ": " << again.error().text();
    EXPECT_TRUE(*again == sketch) << name;
  }
}

TEST(Sketch, WhatPointsNowhereIsRefused) {
  const std::string good = to_json(sketch_recording("redis-isolate"));
  const auto with = [&](const std::string& what, const std::string& instead) {
    std::string bad = good;
    const size_t at = bad.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return bad.replace(at, what.size(), instead);
  };
  for (const std::string& bad :
       {with("\"node\":0", "\"node\":3"), with("\"from\":0", "\"from\":-3"),
        with("cutset-sketch/1", "cutset-sketch/2"), with("\"fate\":\"", "\"fate\":\"x"),
        with("\"last_copy\":", "\"last_copy\":99"), with("\"begin\":", "\"begin\":9"),
        with("\"message\":", "\"message\":9"), with("\"sent\":[0", "\"sent\":[0,0"),
        with("\"sent\":[0", "\"sent\":[1e60"), with("\"kept\":", "\"kept\":-1"),
        with("\"end\":", "\"end\":999999999999"), good.substr(0, good.size() / 2),
        std::string("[]"), std::string()}) {
    const auto sketch = sketch_from_json(bad, "bad.json");
    ASSERT_FALSE(sketch.ok()) << bad.substr(0, 200);
    EXPECT_EQ(sketch.error().file, "bad.json");
  }
}

}  // namespace
}  // namespace cutset::lineage::messages
