#include "ingest/span_store.h"

#include <thread>

#include "otlp_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

using lineage::SpanKind;

const std::string kTrace = "00000000000000000000000000000001";
const lineage::TraceId kTraceId{0, 1};
const std::string kOther = "00000000000000000000000000000002";
const auto kNotStopped = [] { return false; };

TestSpan span(const std::string& trace, int number) {
  return record(trace, fmt::format("{:016x}", number), "", SpanKind::kClient, "s");
}

TEST(SpanStore, TheSameSpanIsKeptOnce) {
  SpanStore store;
  store.add(batch_of({span(kTrace, 1), span(kTrace, 1)}));
  store.add(batch_of({span(kTrace, 1)}));
  // A server that re-uses its client's span id is another span.
  store.add(
      batch_of({record(kTrace, fmt::format("{:016x}", 1), "", SpanKind::kServer, "s")}));
  store.add(
      batch_of({record(kTrace, fmt::format("{:016x}", 1), "", SpanKind::kClient, "t")}));
  EXPECT_EQ(store.copy({kTraceId}).spans().size(), 3U);
  EXPECT_EQ(store.counts().duplicates, 2);
  EXPECT_EQ(store.counts().received, 3);
}

TEST(SpanStore, TakenTracesLeave) {
  SpanStore store;
  store.add(batch_of({span(kTrace, 1), span(kOther, 2)}));
  EXPECT_EQ(store.take(kTraceId).spans().size(), 1U);
  EXPECT_TRUE(store.take(kTraceId).spans().empty());
  EXPECT_EQ(store.counts().kept, 1);
  store.keep_only({kTraceId});
  EXPECT_EQ(store.counts().kept, 0);
  EXPECT_EQ(store.counts().dropped, 0) << "what is not wanted any more is not lost";
}

TEST(SpanStore, OldTracesGoFirst) {
  SpanStore store({10, size_t{1} << 30});
  for (int trace = 1; trace <= 4; ++trace) {
    for (int i = 1; i <= 4; ++i)
      store.add(batch_of({span(fmt::format("{:032x}", trace), i)}));
  }
  EXPECT_EQ(store.counts().kept, 8);
  EXPECT_EQ(store.counts().dropped, 8);
  EXPECT_TRUE(store.copy({{0, 1}, {0, 2}}).spans().empty());
  EXPECT_EQ(store.copy({{0, 4}}).spans().size(), 4U);
}

TEST(SpanStore, OneTraceCannotGrowBeyondTheBound) {
  SpanStore by_count({10, size_t{1} << 30});
  for (int i = 1; i <= 100; ++i) by_count.add(batch_of({span(kTrace, i)}));
  EXPECT_EQ(by_count.counts().kept, 10);
  EXPECT_EQ(by_count.counts().dropped, 90);

  SpanStore by_size({1000, 6'000});
  for (int i = 1; i <= 100; ++i) by_size.add(batch_of({span(kTrace, i)}));
  EXPECT_GT(by_size.counts().kept, 0);
  EXPECT_LT(by_size.counts().kept, 40);
  EXPECT_EQ(by_size.counts().kept + by_size.counts().dropped, 100);
}

TEST(SpanStore, WaitingEndsWhenTheSpansHaveCome) {
  SpanStore store;
  std::thread exporter([&store] {
    for (int i = 1; i <= 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      store.add(batch_of({span(kOther, i), span(kTrace, i)}));
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto spans = store.wait_until(
      {kTraceId}, [](const SpanStore::Spans& came) { return came.spans().size() == 5; },
      begin + std::chrono::seconds(60), kNotStopped);
  exporter.join();
  EXPECT_EQ(spans.spans().size(), 5U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(SpanStore, WaitingEndsAtTheDeadlineOrWhenStopped) {
  SpanStore store;
  store.add(batch_of({span(kTrace, 1)}));
  const auto never = [](const SpanStore::Spans&) { return false; };
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(store
                .wait_until({kTraceId}, never, begin + std::chrono::milliseconds(30),
                            kNotStopped)
                .spans()
                .size(),
            1U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(30));
  EXPECT_EQ(store
                .wait_until({kTraceId}, never, begin + std::chrono::hours(1),
                            [] { return true; })
                .spans()
                .size(),
            1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace cutset::ingest
