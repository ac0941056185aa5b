#include "lineage/span_match.h"

#include "otlp_testing.h"
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

using lineage::SpanKind;
using lineage::UnproxiedCall;

const std::string kTrace = "00000000000000000000000000000001";

lineage::Execution two_calls() {
  lineage::Execution execution;
  lineage::Call entry;
  entry.id = *identity::parse_call_id("gateway:GET /#1");
  entry.trace_id = kTrace;
  entry.span_id = "e000000000000000";
  lineage::Call call = entry;
  call.id = *identity::parse_call_id("gateway:GET /#1 > stock:GET /#1");
  call.parent = 0;
  call.span_id = "c000000000000000";
  execution.calls = {entry, call};
  return execution;
}

TEST(SpanMatch, ACallIsShownByItsClientSpanOrTheServerSpanBelow) {
  const auto none = lineage::match_spans(two_calls(), {});
  EXPECT_EQ(none.seen, (std::vector<bool>{false, false}));
  EXPECT_EQ(none.missing, 2U);
  const auto both = lineage::match_spans(
      two_calls(), table_of({record(kTrace, "1000000000000000", "e000000000000000",
                                    SpanKind::kServer, "gateway"),
                             record(kTrace, "c000000000000000", "1000000000000000",
                                    SpanKind::kClient, "gateway")}));
  EXPECT_EQ(both.seen, (std::vector<bool>{true, true}));
  EXPECT_EQ(both.missing, 0U);
  EXPECT_TRUE(both.unproxied.empty());
}

TEST(SpanMatch, CalleesOfUnproxiedCallsAreNamedByWhatIsKnown) {
  auto with_server = record(kTrace, "a000000000000001", "", SpanKind::kClient, "stock");
  auto server =
      record(kTrace, "a000000000000002", "a000000000000001", SpanKind::kServer, "ledger");
  server.attributes = {{"http.request.method", "GET"}, {"http.route", "/entries/:id"}};
  auto with_peer = record(kTrace, "b000000000000001", "", SpanKind::kClient, "stock");
  with_peer.peer = "redis";
  with_peer.attributes = {{"server.address", "10.0.0.1"}};
  with_peer.name = "SET";
  auto with_address = record(kTrace, "c000000000000001", "", SpanKind::kClient, "stock");
  with_address.attributes = {{"server.address", "10.0.0.2"}, {"server.port", "5432"}};
  with_address.name = "SELECT";
  auto nameless = record(kTrace, "d000000000000001", "", SpanKind::kClient, "stock");
  nameless.name = "call";
  const auto match = lineage::match_spans(
      two_calls(),
      table_of({nameless, with_address, with_peer, with_server, server, with_peer}));
  EXPECT_EQ(match.unproxied,
            (std::vector<UnproxiedCall>{{"stock", "10.0.0.2:5432", "SELECT"},
                                        {"stock", "ledger", "GET /entries/:id"},
                                        {"stock", "redis", "SET"},
                                        {"stock", "unknown", "call"}}));
}

TEST(SpanMatch, OlderAttributeNamesMeanTheSame) {
  auto client = record(kTrace, "a000000000000001", "", SpanKind::kClient, "stock");
  auto server =
      record(kTrace, "a000000000000002", "a000000000000001", SpanKind::kServer, "ledger");
  server.attributes = {{"http.method", "POST"}, {"http.route", "/entries"}};
  auto query = record(kTrace, "b000000000000001", "", SpanKind::kClient, "stock");
  query.attributes = {{"net.peer.name", "db"}, {"net.peer.port", "5432"}};
  query.name = "SELECT";
  EXPECT_EQ(
      lineage::match_spans(two_calls(), table_of({client, server, query})).unproxied,
      (std::vector<UnproxiedCall>{{"stock", "db:5432", "SELECT"},
                                  {"stock", "ledger", "POST /entries"}}));
}

TEST(SpanMatch, PortsThatCannotBeAreLeftOut) {
  for (const char* port : {"http", "70000", "0", "-1", "99999999999999999999", "80x"}) {
    auto query = record(kTrace, "b000000000000001", "", SpanKind::kClient, "stock");
    query.attributes = {{"server.address", "db"}, {"server.port", port}};
    const auto match = lineage::match_spans(two_calls(), table_of({query}));
    ASSERT_EQ(match.unproxied.size(), 1U);
    EXPECT_EQ(match.unproxied[0].callee, "db") << port;
  }
}

TEST(SpanMatch, PlumbingWrappersAndOtherTracesAreNoCalls) {
  auto dns = record(kTrace, "a000000000000001", "c000000000000000", SpanKind::kClient,
                    "gateway");
  dns.name = "dns.lookup";
  auto internal = record(kTrace, "a000000000000002", "", SpanKind::kInternal, "gateway");
  internal.name = "middleware";
  // The client span of the call itself is the child of one that a library puts around it.
  auto wrapper = record(kTrace, "a000000000000003", "", SpanKind::kClient, "gateway");
  auto own = record(kTrace, "c000000000000000", "a000000000000003", SpanKind::kClient,
                    "gateway");
  auto other_trace = record("ffffffffffffffffffffffffffffffff", "a000000000000004", "",
                            SpanKind::kClient, "x");
  const auto match = lineage::match_spans(
      two_calls(), table_of({dns, internal, wrapper, own, other_trace}));
  EXPECT_TRUE(match.unproxied.empty());
}

TEST(SpanMatch, ANameLookUpDoesNotHideTheCallThatNeededIt) {
  auto query = record(kTrace, "a000000000000001", "", SpanKind::kClient, "gateway");
  query.peer = "db";
  auto dns = record(kTrace, "a000000000000002", "a000000000000001", SpanKind::kClient,
                    "gateway");
  dns.name = "dns.lookup";
  EXPECT_EQ(lineage::match_spans(two_calls(), table_of({query, dns})).unproxied.size(),
            1U);
}

TEST(SpanMatch, CallsWithoutASpanIdAreNotWaitedFor) {
  lineage::Execution execution = two_calls();
  for (lineage::Call& call : execution.calls) call.span_id.clear();
  const auto match = lineage::match_spans(execution, {});
  EXPECT_EQ(match.missing, 0U);
  EXPECT_EQ(match.seen, (std::vector<bool>{false, false}));
}

}  // namespace
}  // namespace cutset::ingest
