#include "lineage/address_book.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "execution_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lineage/span_collection.h"
#include "lineage/trace_executions.h"

namespace cutset::lineage {
namespace {

using Addresses = std::map<std::string, std::string>;

Addresses learned(const std::string& text) {
  const TextTrace trace = parse_trace(text);
  EXPECT_EQ(trace.problem, "");
  AddressBook book;
  book.learn(table_of(trace.spans));
  return book.addresses();
}

TEST(AddressBook, LearnsFromBothHalves) {
  EXPECT_EQ(
      learned("1 - client web GET 0-1 server.address=10.0.0.1 server.port=80\n"
              "2 1 server store GET 0-1\n"
              "3 - client web GET 0-1 http.url=http://10.0.0.2:81/items/1\n"
              "4 3 server stock GET 0-1\n"
              "5 - client web GET 0-1 net.peer.name=tax\n"
              "6 5 server tax-service GET 0-1\n"
              "7 - client web GET 0-1 net.peer.name=nobody\n"),
      (Addresses{
          {"10.0.0.1:80", "store"}, {"10.0.0.2:81", "stock"}, {"tax", "tax-service"}}));
}

TEST(AddressBook, LearnsFromSharedIds) {
  EXPECT_EQ(learned("9 - server web in 0-9\n"
                    "1 9 client web GET 0-1 server.address=a server.port=80\n"
                    "1 9 server store GET 0-1 shared\n"),
            (Addresses{{"a:80", "store"}}));
}

TEST(AddressBook, LeavesOutWhereSeveralAnswer) {
  EXPECT_EQ(learned("1 - client web GET 0-1 server.address=proxy\n"
                    "2 1 server store GET 0-1\n"
                    "3 - client web GET 0-1 server.address=proxy\n"
                    "4 3 server stock GET 0-1\n"),
            Addresses());
}

/// A call of its own trace to one of nine addresses.
std::vector<OwnedSpan> random_call(uint64_t number) {
  OwnedSpan client;
  client.trace = TraceId{number * 0x9E3779B97F4A7C15U, number + 1};
  client.id = 1;
  client.kind = SpanKind::kClient;
  client.service = "web";
  client.attributes = {{"server.address", fmt::format("host{}", number % 9)}};
  OwnedSpan server = client;
  server.id = 2;
  server.parent = 1;
  server.kind = SpanKind::kServer;
  server.service = fmt::format("service{}", number % 9);
  server.attributes.clear();
  return {client, server};
}

TEST(AddressBook, ForgetsInABoundedWayWhateverTheOrder) {
  std::vector<OwnedSpan> spans;
  for (uint64_t number = 0; number < 5000; ++number) {
    for (OwnedSpan& span : random_call(number)) spans.push_back(std::move(span));
  }
  Addresses expected;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    std::shuffle(spans.begin(), spans.end(), random);
    AddressBook book(300);
    const size_t half = below(random, spans.size());
    book.learn(table_of({spans.begin(), spans.begin() + static_cast<long>(half)}));
    book.learn(table_of(spans), half);
    const Addresses found = book.addresses();
    EXPECT_GE(found.size(), 5U);
    if (seed == 0) expected = found;
    EXPECT_EQ(found, expected);
  }
}

TEST(AddressBook, ARefusedCallHasTheNameOfTheOneThatSucceeded) {
  std::vector<OwnedSpan> spans;
  for (uint64_t number = 0; number < 20; ++number) {
    for (OwnedSpan& span : random_call(number)) spans.push_back(std::move(span));
  }
  OwnedSpan refused = random_call(100)[0];  // host1
  refused.status = SpanStatus::kError;
  spans.push_back(refused);
  for (const size_t most_bytes : {size_t{1} << 30, size_t{1}}) {  // in memory, spilled
    SpanCollection::Limits limits;
    limits.most_bytes = most_bytes;
    SpanCollection collection(limits);
    for (const OwnedSpan& span : spans) span.add_to(collection);
    std::vector<std::string> failed;
    const Result<TraceTotals> totals =
        for_each_execution(collection, {}, [&](const Execution& execution, int64_t) {
          for (const Call& call : execution.calls) {
            if (call.failed) failed.push_back(call.id.points.back().callee);
          }
          return Status();
        });
    ASSERT_TRUE(totals.ok());
    EXPECT_EQ(failed, std::vector<std::string>{"service1"});
  }
}

}  // namespace
}  // namespace cutset::lineage
