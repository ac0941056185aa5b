// Executions of random and hostile traces: the invariants hold, and what came in which
// order, how often and in how many parts makes no difference.
#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "execution_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lineage/execution_json.h"
#include "lineage/span_collection.h"
#include "lineage/trace_executions.h"

namespace cutset::lineage {
namespace {

constexpr uint64_t kSeeds = 300;

struct Built {
  Execution execution;
  ModelCounts counts;
  std::string json;
};

Built build(const std::vector<OwnedSpan>& spans, const ExecutionOptions& options = {}) {
  const SpanTable table = table_of(spans);
  Built built;
  built.execution =
      execution_of(table, link_spans(table, all_spans(table)), options, built.counts);
  check_invariants(built.execution);
  built.json = execution_to_json(built.execution).dump();
  return built;
}

/// As random_trace(), with what identities are made of.
std::vector<OwnedSpan> random_calls(std::mt19937_64& random) {
  const std::vector<std::string> targets{"/items/1", "/items/2?x=1", "/users", ""};
  const std::vector<std::string> operations{"GET /a", "pkg.Svc/Do", "find_client", "work",
                                            "tcp.connect"};
  std::vector<OwnedSpan> spans = random_trace(random, TraceId{1, random() | 1U});
  for (OwnedSpan& span : spans) {
    span.operation = operations[below(random, operations.size())];
    if (below(random, 2) == 0) {
      span.attributes.emplace_back("http.method", "GET");
      span.attributes.emplace_back("http.target", targets[below(random, targets.size())]);
    }
    if (below(random, 3) == 0) {
      span.attributes.emplace_back("param.id", std::to_string(below(random, 3)));
    }
    if (below(random, 4) == 0) span.peer = "peer";
    if (below(random, 4) == 0) span.service.clear();
  }
  return spans;
}

class RandomTraces : public testing::Test {
 protected:
  template <typename Check>
  void for_each_seed(const Check& check) {
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      SCOPED_TRACE(fmt::format("seed {}", seed));
      std::mt19937_64 random(seed);
      check(random_calls(random), random);
      if (HasFailure()) return;
    }
  }
};

TEST_F(RandomTraces, CountsAddUp) {
  for_each_seed([](const std::vector<OwnedSpan>& spans, std::mt19937_64&) {
    const Built built = build(spans);
    const ModelCounts& counts = built.counts;
    const std::vector<Call>& calls = built.execution.calls;
    EXPECT_EQ(counts.traces, 1);
    EXPECT_EQ(counts.calls, static_cast<int64_t>(calls.size()));
    EXPECT_EQ(counts.joined + counts.client_only + counts.server_only, counts.calls);
    EXPECT_EQ(counts.incomplete, built.execution.problems.empty() ? 0 : 1);
    EXPECT_EQ(counts.errors, std::count_if(calls.begin(), calls.end(),
                                           [](const Call& call) { return call.failed; }));
    EXPECT_LE(counts.absorbed, counts.errors);
    EXPECT_LE(counts.collapsed, static_cast<int64_t>(spans.size()));
    EXPECT_GT(counts.calls + counts.collapsed, 0);
  });
}

TEST_F(RandomTraces, ARetryIsTheSameCallAfterAFailedOne) {
  int64_t retries = 0;
  for_each_seed([&retries](const std::vector<OwnedSpan>& spans, std::mt19937_64&) {
    const Execution execution = build(spans).execution;
    for (const Call& call : execution.calls) {
      if (call.repeats < 0) continue;
      ++retries;
      const Call& repeated = execution.calls[static_cast<size_t>(call.repeats)];
      EXPECT_TRUE(repeated.failed);
      EXPECT_EQ(repeated.parent, call.parent);
      EXPECT_EQ(repeated.id.points.back().text_without_ordinal(),
                call.id.points.back().text_without_ordinal());
      EXPECT_LT(repeated.id.points.back().ordinal, call.id.points.back().ordinal);
      EXPECT_LT(&repeated, &call);
    }
  });
  EXPECT_GT(retries, 20);  // else the traces show nothing
}

TEST_F(RandomTraces, OrderAndRepetitionOfSpansMakeNoDifference) {
  for_each_seed([](const std::vector<OwnedSpan>& spans, std::mt19937_64& random) {
    const Built expected = build(spans);
    std::vector<OwnedSpan> changed = spans;
    std::shuffle(changed.begin(), changed.end(), random);
    const Built shuffled = build(changed);
    EXPECT_EQ(shuffled.json, expected.json);
    EXPECT_EQ(shuffled.counts, expected.counts);
    for (size_t copies = below(random, 10) + 1; copies > 0; --copies) {
      changed.push_back(changed[below(random, changed.size())]);
    }
    std::shuffle(changed.begin(), changed.end(), random);
    EXPECT_EQ(build(changed).json, expected.json);
  });
}

TEST_F(RandomTraces, TracesMayBeSplitAndMixed) {
  const auto all_of = [](const std::vector<OwnedSpan>& spans, size_t most_bytes) {
    SpanCollection::Limits limits;
    limits.most_bytes = most_bytes;
    SpanCollection collection(limits);
    for (const OwnedSpan& span : spans) span.add_to(collection);
    std::string text;
    const Result<TraceTotals> totals =
        for_each_execution(collection, {}, [&](Execution execution, int64_t) -> Status {
          text += execution_to_json(execution).dump() + "\n";
          return {};
        });
    EXPECT_TRUE(totals.ok());
    return text;
  };
  std::vector<OwnedSpan> spans;
  std::mt19937_64 random(7);
  for (int trace = 0; trace < 50; ++trace) {
    for (OwnedSpan& span : random_calls(random)) spans.push_back(std::move(span));
  }
  const std::string expected = all_of(spans, size_t{1} << 30);
  std::shuffle(spans.begin(), spans.end(), random);
  EXPECT_EQ(all_of(spans, size_t{1} << 30), expected);
  EXPECT_EQ(all_of(spans, 1), expected) << "spilled to disk";
}

TEST_F(RandomTraces, ComeBackFromJson) {
  for_each_seed([](const std::vector<OwnedSpan>& spans, std::mt19937_64&) {
    const Built built = build(spans);
    const Result<Execution> read =
        execution_from_json(nlohmann::ordered_json::parse(built.json));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(execution_to_json(read.value()).dump(), built.json);
  });
}

OwnedSpan span_of(SpanId id, SpanId parent, SpanKind kind, std::string service,
                  std::string operation) {
  OwnedSpan span;
  span.id = id;
  span.parent = parent;
  span.kind = kind;
  span.service = std::move(service);
  span.operation = std::move(operation);
  span.start_ns = static_cast<int64_t>(id) * 1'000'000;
  span.end_ns = span.start_ns + 500'000;
  return span;
}

double seconds_of(const std::vector<OwnedSpan>& spans, Built& built) {
  const auto begin = std::chrono::steady_clock::now();
  built = build(spans);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// A debug build with sanitizers on a loaded machine has to pass: quadratic work would
// take minutes.
constexpr double kMostSeconds = 20;

TEST(HostileTraces, DeepChainsAreCutAndMarked) {
  std::vector<OwnedSpan> spans;
  for (SpanId id = 1; id <= 20'000; ++id) {
    spans.push_back(
        span_of(id, id - 1, SpanKind::kServer, id % 2 == 0 ? "a" : "b", "in"));
  }
  Built built;
  EXPECT_LT(seconds_of(spans, built), kMostSeconds);
  EXPECT_EQ(built.execution.calls.size(), kDeepestCall);
  ASSERT_EQ(built.execution.problems.size(), 1U);
  EXPECT_EQ(
      built.execution.problems[0],
      fmt::format("{} calls left out: nested deeper than 256 calls, or the trace is "
                  "too large",
                  20'000 - kDeepestCall));
  EXPECT_EQ(built.counts.incomplete, 1);
}

TEST(HostileTraces, LongNamesInDeepChainsStayReadable) {
  std::vector<OwnedSpan> spans;
  for (SpanId id = 1; id <= 200; ++id) {
    spans.push_back(span_of(id, id - 1, SpanKind::kServer,
                            std::string(900, id % 2 == 0 ? 'a' : 'b'),
                            std::string(900, 'x')));
  }
  const Built built = build(spans);
  ASSERT_FALSE(built.execution.calls.empty());
  EXPECT_FALSE(built.execution.problems.empty());
  const std::string id = built.execution.calls.back().id.text();
  EXPECT_TRUE(identity::parse_call_id(id).ok()) << id.size();
}

TEST(HostileTraces, ManySiblingsWithManyAttributes) {
  std::vector<OwnedSpan> spans{span_of(1, 0, SpanKind::kServer, "web", "in")};
  spans[0].end_ns = 1'000'000'000'000;
  constexpr SpanId kSiblings = 10'000;
  for (SpanId id = 2; id < kSiblings + 2; ++id) {
    OwnedSpan span = span_of(id, 1, SpanKind::kClient, "cache", "get");
    for (int number = 0; number < 20; ++number) {
      span.attributes.emplace_back(fmt::format("param.{}", number),
                                   fmt::format("{}", id % (2 + number)));
    }
    span.attributes.emplace_back("param.all", fmt::format("{}", id / 2));
    span.status = id % 2 == 0 ? SpanStatus::kError : SpanStatus::kOk;
    spans.push_back(std::move(span));
  }
  Built built;
  EXPECT_LT(seconds_of(spans, built), kMostSeconds);
  EXPECT_EQ(built.execution.calls.size(), kSiblings + 1);
}

TEST(HostileTraces, NamesWithEveryCharacter) {
  std::string all;
  for (int c = 1; c < 0x80; ++c) all += static_cast<char>(c);
  std::vector<OwnedSpan> spans{span_of(1, 0, SpanKind::kServer, "a:b", "c"),
                               span_of(2, 1, SpanKind::kServer, "a", "b:c"),
                               span_of(3, 1, SpanKind::kServer, all, all),
                               span_of(4, 1, SpanKind::kServer, all, all)};
  spans[2].attributes = {{"param", all}};
  spans[3].attributes = {{"param", "x"}};
  const Built built = build(spans);
  for (const Call& call : built.execution.calls) {
    const Result<identity::CallId> read = identity::parse_call_id(call.id.text());
    ASSERT_TRUE(read.ok()) << call.id.text();
    EXPECT_EQ(read.value(), call.id);
  }
}

}  // namespace
}  // namespace cutset::lineage
