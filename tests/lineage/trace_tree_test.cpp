#include "lineage/trace_tree.h"

#include <algorithm>
#include <chrono>

#include "trace_tree_testing.h"
#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

constexpr SpanKind kClient = SpanKind::kClient;
constexpr SpanKind kServer = SpanKind::kServer;
constexpr SpanKind kNone = SpanKind::kUnspecified;

struct Case {
  const char* name;
  std::vector<OwnedSpan> spans;
  const char* tree;
  const char* counts;
};

const TraceId kTrace{0, 1};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"siblings by start, then names, then id",
       {{kTrace, 5, 1, kNone, "b", "p", 9},
        {kTrace, 4, 1, kNone, "b", "o", 7},
        {kTrace, 3, 1, kNone, "a", "p", 7},
        {kTrace, 2, 1, kNone, "b", "o", 7},
        {kTrace, 1, 0, kNone, "a", "root", 8}},
       "1 a root unspecified\n"
       "  3 a p unspecified\n"
       "  2 b o unspecified\n"
       "  4 b o unspecified\n"
       "  5 b p unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"a shared span is below its caller's half, and its service's children below it",
       {{kTrace, 1, 0, kServer, "a", "get", 1},
        {kTrace, 2, 1, kClient, "a", "post", 2},
        {kTrace, 2, 1, kServer, "b", "post", 1, true},
        {kTrace, 3, 2, kNone, "b", "work", 3},
        {kTrace, 4, 2, kNone, "a", "wait", 3}},
       "1 a get server\n"
       "  2 a post client\n"
       "    2 b post server shared\n"
       "      3 b work unspecified\n"
       "    4 a wait unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"a server with its client's id that does not say so",
       {{kTrace, 2, 0, kServer, "b", "post", 1},
        {kTrace, 2, 0, kClient, "a", "post", 2},
        {kTrace, 3, 2, kNone, "b", "work", 3}},
       "2 a post client\n"
       "  2 b post server\n"
       "    3 b work unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"a shared span alone",
       {{kTrace, 2, 1, kServer, "b", "post", 1, true},
        {kTrace, 1, 0, kNone, "a", "root", 1}},
       "1 a root unspecified\n"
       "  2 b post server shared\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"repeats go, other content is united: failed, with the parent that one of them "
       "has",
       {{kTrace, 1, 0, kNone, "a", "root", 1},
        {kTrace, 2, 0, kClient, "a", "call", 2, false, SpanStatus::kUnset, {{"k", "v"}}},
        {kTrace, 2, 1, kClient, "a", "call", 2, false, SpanStatus::kError},
        {kTrace, 2, 1, kClient, "a", "call", 2, false, SpanStatus::kError},
        {kTrace, 2, 1, kNone, "a", "", 0}},
       "1 a root unspecified\n"
       "  2 a call client error k=v\n",
       "repeats 1 united 2 orphans 0 cycles 0"},
      {"an id of two services is two spans, and a child stays in its service",
       {{kTrace, 2, 0, kNone, "a", "x", 1},
        {kTrace, 2, 0, kNone, "b", "x", 1},
        {kTrace, 3, 2, kNone, "b", "y", 1},
        {kTrace, 4, 2, kNone, "c", "z", 1}},
       "2 a x unspecified\n"
       "  4 c z unspecified\n"
       "2 b x unspecified\n"
       "  3 b y unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"a missing parent",
       {{kTrace, 3, 9, kNone, "a", "x", 1}, {kTrace, 4, 3, kNone, "a", "y", 1}},
       "3 a x unspecified orphan\n"
       "  4 a y unspecified\n",
       "repeats 0 united 0 orphans 1 cycles 0"},
      {"its own parent",
       {{kTrace, 3, 3, kNone, "a", "x", 1}},
       "3 a x unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 0"},
      {"a cycle is cut before its smallest id, with what hangs on it",
       {{kTrace, 9, 7, kNone, "a", "tail", 1},
        {kTrace, 7, 5, kNone, "a", "z", 1},
        {kTrace, 5, 6, kNone, "a", "x", 1},
        {kTrace, 6, 7, kNone, "a", "y", 1}},
       "5 a x unspecified\n"
       "  7 a z unspecified\n"
       "    9 a tail unspecified\n"
       "    6 a y unspecified\n",
       "repeats 0 united 0 orphans 0 cycles 1"},
  };
  return kCases;
}

TEST(TraceTree, FollowsTheRules) {
  for (const Case& each : cases()) {
    std::vector<OwnedSpan> spans = each.spans;
    const auto by_id = [](const OwnedSpan& a, const OwnedSpan& b) { return a.id < b.id; };
    for (int order = 0; order < 3; ++order) {
      if (order == 1) std::reverse(spans.begin(), spans.end());
      if (order == 2) std::stable_sort(spans.begin(), spans.end(), by_id);
      const SpanTable table = table_of(spans);
      const TraceTree tree = link_spans(table, all_spans(table));
      check_invariants(tree, table);
      EXPECT_EQ(show(table, tree), each.tree) << each.name << ", order " << order;
      EXPECT_EQ(counts(tree), each.counts) << each.name << ", order " << order;
    }
  }
}

TEST(TraceTree, NoSpansNoTree) {
  const SpanTable table;
  EXPECT_TRUE(link_spans(table, {}).spans.empty());
}

/// The same spans in another order, in several inputs, with batches that came again.
std::vector<OwnedSpan> as_it_may_arrive(std::vector<OwnedSpan> spans,
                                        std::mt19937_64& random) {
  const size_t whole = spans.size();
  for (size_t batch = below(random, 4); batch > 0; --batch) {
    const size_t begin = below(random, whole);
    const size_t end = begin + below(random, whole - begin + 1);
    for (size_t at = begin; at < end; ++at) {
      const OwnedSpan again = spans[at];
      spans.push_back(again);
    }
  }
  std::shuffle(spans.begin(), spans.end(), random);
  return spans;
}

TEST(TraceTree, IsTheSameHoweverItsSpansArrive) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<OwnedSpan> spans = random_trace(random, kTrace);
    const SpanTable table = table_of(spans);
    const TraceTree tree = link_spans(table, all_spans(table));
    check_invariants(tree, table);
    const std::vector<OwnedSpan> arrived = as_it_may_arrive(spans, random);
    // Another table, in which other texts were there first: names have other numbers.
    SpanTable other;
    OwnedSpan{{7, 7}, 1, 0, kNone, "d", "q"}.add_to(other);
    std::vector<uint32_t> indices;
    for (const OwnedSpan& span : arrived) {
      indices.push_back(static_cast<uint32_t>(other.spans().size()));
      span.add_to(other);
    }
    const TraceTree again = link_spans(other, indices);
    check_invariants(again, other);
    ASSERT_EQ(show(table, tree), show(other, again)) << "seed " << seed;
    ASSERT_EQ(tree.orphans, again.orphans) << "seed " << seed;
    ASSERT_EQ(tree.cycles, again.cycles) << "seed " << seed;
    ASSERT_EQ(tree.united, again.united) << "seed " << seed;
    ASSERT_EQ(again.repeats - tree.repeats,
              static_cast<int64_t>(arrived.size() - spans.size()))
        << "seed " << seed;
  }
}

// Shapes that recursion or a search among siblings would not survive. A quadratic
// algorithm would need minutes here; the bound leaves room for sanitizers.
TEST(TraceTree, IsBoundedForHostileShapes) {
  constexpr uint64_t kSpans = 100'000;
  constexpr auto kMostTime = std::chrono::seconds(20);
  const auto begin = std::chrono::steady_clock::now();
  struct Shape {
    const char* name;
    OwnedSpan (*make)(uint64_t);
    int64_t cycles;
    size_t spans;
  };
  const std::vector<Shape> shapes{
      {"chain", [](uint64_t n) { return OwnedSpan{kTrace, n + 1, n, kNone, "a", "x"}; },
       0, kSpans},
      {"star",
       [](uint64_t n) {
         return OwnedSpan{kTrace, n + 1, n == 0 ? 0U : 1U, kNone, "a"};
       },
       0, kSpans},
      {"ring",
       [](uint64_t n) {
         return OwnedSpan{kTrace, n + 1, n == 0 ? kSpans : n, kNone, "a"};
       },
       1, kSpans},
      {"many rings",
       [](uint64_t n) {
         return OwnedSpan{kTrace, n + 1, (n ^ 1U) + 1};
       },
       kSpans / 2, kSpans},
      {"one id of many services, and their children",
       [](uint64_t n) {
         const bool child = n % 2 == 1;
         return OwnedSpan{kTrace,
                          child ? n + 1 : 1,
                          1,
                          child ? kNone : kServer,
                          std::to_string(n / 2),
                          "x",
                          0,
                          n % 4 == 0};
       },
       0, kSpans},
      {"one span again and again",
       [](uint64_t) {
         return OwnedSpan{kTrace, 1, 0};
       },
       0, 1},
  };
  for (const Shape& shape : shapes) {
    SpanTable table;
    for (uint64_t number = 0; number < kSpans; ++number) shape.make(number).add_to(table);
    const TraceTree tree = link_spans(table, all_spans(table));
    check_invariants(tree, table);
    EXPECT_EQ(tree.spans.size(), shape.spans) << shape.name;
    EXPECT_EQ(tree.cycles, shape.cycles) << shape.name;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kMostTime);
}

}  // namespace
}  // namespace cutset::lineage
