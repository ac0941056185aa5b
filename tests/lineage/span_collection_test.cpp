// Spans that went to disk come back as they were, trace by trace, in an order that is
// not that of their arrival.
#include "lineage/span_collection.h"

#include <algorithm>
#include <filesystem>

#include "reader_testing.h"
#include "trace_tree_testing.h"
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

/// What a visitor sees: traces in order, their spans in order of arrival.
std::string visits(SpanCollection& spans) {
  std::string text;
  const Status status = spans.for_each_trace(
      [&](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        text += table.spans()[trace.front()].trace.text() + "\n";
        for (const uint32_t span : trace)
          text += "  " + show_span(table, table.spans()[span]) + "\n";
        return {};
      });
  EXPECT_TRUE(status.ok()) << status.error().text();
  return text;
}

/// The trees in the order of visits: independent of the order of arrival.
std::string trees(SpanCollection& spans) {
  std::string text;
  const Status status = spans.for_each_trace(
      [&](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        const TraceTree tree = link_spans(table, trace);
        check_invariants(tree, table);
        text += tree.trace.text() + "\n" + show(table, tree);
        return {};
      });
  EXPECT_TRUE(status.ok()) << status.error().text();
  return text;
}

SpanCollection::Limits tiny() {
  SpanCollection::Limits limits;
  limits.most_bytes = 1;
  limits.folder = ::testing::TempDir();
  return limits;
}

std::vector<OwnedSpan> random_spans(std::mt19937_64& random, size_t traces) {
  std::vector<OwnedSpan> spans;
  for (size_t trace = 0; trace < traces; ++trace) {
    const TraceId id{below(random, 2), 1 + trace};
    for (OwnedSpan& span : random_trace(random, id)) {
      span.attributes.emplace_back("text", std::string(below(random, 1500), 'x'));
      span.attributes.emplace_back(std::string(below(random, 3), 'k'), "");
      spans.push_back(std::move(span));
    }
  }
  return spans;
}

void add(const OwnedSpan& span, std::mt19937_64& random, SpanSink& sink) {
  // Everything that OwnedSpan has no member for.
  struct Extended : SpanSink {
    Extended(SpanSink& to, std::mt19937_64& numbers) : sink(to), random(numbers) {}
    void add(const SpanView& view) override {
      SpanView more = view;
      more.peer = "peer";
      more.twin = below(random, 2) == 0;
      std::vector<SpanLink> links(below(random, 3));
      for (SpanLink& link : links) {
        link.trace = TraceId{1, random()};
        link.span = random();
        link.child_of = below(random, 2) == 0;
      }
      more.links = links;
      sink.add(more);
    }
    void reject(std::string_view reason) override { sink.reject(reason); }
    SpanSink& sink;
    std::mt19937_64& random;
  };
  Extended extended(sink, random);
  span.add_to(extended);
}

TEST(SpanCollection, VisitsAreTheSameWithAndWithoutTheDisk) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<OwnedSpan> spans = random_spans(random, 200);
    std::shuffle(spans.begin(), spans.end(), random);
    SpanCollection in_memory;
    SpanCollection on_disk(tiny());
    std::mt19937_64 first(seed);
    std::mt19937_64 second(seed);
    for (const OwnedSpan& span : spans) {
      add(span, first, in_memory);
      add(span, second, on_disk);
    }
    in_memory.reject("first");
    on_disk.reject("first");
    on_disk.reject("second");
    ASSERT_EQ(in_memory.spilled_bytes(), 0U);
    ASSERT_GT(on_disk.spilled_bytes(), 0U) << "seed " << seed;
    EXPECT_EQ(in_memory.spans(), spans.size());
    EXPECT_EQ(on_disk.spans(), spans.size());
    EXPECT_EQ(on_disk.rejected(), 2);
    EXPECT_EQ(on_disk.first_reason(), "first");
    ASSERT_EQ(visits(in_memory), visits(on_disk)) << "seed " << seed;
  }
}

TEST(SpanCollection, OrderOfArrivalDoesNotChangeTheTraces) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<OwnedSpan> spans = random_spans(random, 100);
    SpanCollection before;
    for (const OwnedSpan& span : spans) span.add_to(before);
    const std::string expected = trees(before);
    std::shuffle(spans.begin(), spans.end(), random);
    SpanCollection shuffled;
    SpanCollection spilled(tiny());
    for (const OwnedSpan& span : spans) {
      span.add_to(shuffled);
      span.add_to(spilled);
    }
    ASSERT_EQ(trees(shuffled), expected) << "seed " << seed;
    ASSERT_EQ(trees(spilled), expected) << "seed " << seed;
  }
}

TEST(SpanCollection, LeavesNoFiles) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / "cutset-span-collection";
  std::filesystem::create_directories(folder);
  SpanCollection::Limits limits = tiny();
  limits.folder = folder.string();
  SpanCollection spans(limits);
  std::mt19937_64 random(1);
  for (const OwnedSpan& span : random_spans(random, 200)) span.add_to(spans);
  EXPECT_GT(spans.spilled_bytes(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

TEST(SpanCollection, AFolderThatIsNotThereIsAnErrorAtTheEnd) {
  SpanCollection::Limits limits = tiny();
  limits.folder = "/nowhere/at/all";
  SpanCollection spans(limits);
  std::mt19937_64 random(1);
  for (const OwnedSpan& span : random_spans(random, 200)) span.add_to(spans);
  const Status status = spans.for_each_trace(
      [](const SpanTable&, std::span<const uint32_t>) -> Status { return {}; });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(status.error().text().find("/nowhere/at/all"), std::string::npos);
}

TEST(SpanCollection, AVisitorsErrorEndsTheVisits) {
  SpanCollection spans;
  std::mt19937_64 random(1);
  for (const OwnedSpan& span : random_spans(random, 3)) span.add_to(spans);
  int seen = 0;
  const Status status =
      spans.for_each_trace([&](const SpanTable&, std::span<const uint32_t>) -> Status {
        ++seen;
        return Error::interrupted("enough");
      });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace cutset::lineage
