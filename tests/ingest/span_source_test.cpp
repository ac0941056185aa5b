#include "ingest/span_source.h"

#include <thread>

#include "otlp_testing.h"
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

using std::chrono::milliseconds;

const std::string kTrace = "00000000000000000000000000000001";
const auto kNotStopped = [] { return false; };

lineage::Execution one_call() {
  lineage::Execution execution;
  lineage::Call call;
  call.id = *identity::parse_call_id("gateway:GET /#1");
  call.trace_id = kTrace;
  call.span_id = "0000000000000002";
  execution.calls = {call};
  return execution;
}

class Source : public testing::Test {
 protected:
  void SetUp() override {
    auto started = OtlpSpanSource::start({});
    ASSERT_TRUE(started.ok()) << started.error().text();
    source_ = std::move(*started);
  }
  void send(char span, char parent, uint64_t kind, const std::string& service) {
    WireSpan wire;
    wire.span_id = std::string(7, '\0') + span;
    if (parent != 0) wire.parent_span_id = std::string(7, '\0') + parent;
    wire.kind = kind;
    wire.name = "SET";
    EXPECT_TRUE(
        export_bytes(source_->address(), wire_request(service, span_field(wire))).ok());
  }
  std::unique_ptr<OtlpSpanSource> source_;
};

TEST_F(Source, CollectsWhatNoProxySaw) {
  source_->expect(kTrace);
  std::thread exporter([this] {
    std::this_thread::sleep_for(milliseconds(20));
    send(9, 3, 3, "gateway");
    send(3, 2, 2, "gateway");
  });
  const auto begin = std::chrono::steady_clock::now();
  const auto calls = source_->collect(one_call(), std::chrono::minutes(1), kNotStopped);
  exporter.join();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].caller, "gateway");
  EXPECT_EQ(calls[0].operation, "SET");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30))
      << "it did not wait to the end";
}

TEST_F(Source, DoesNotWaitLongerThanItMay) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(source_->collect(one_call(), milliseconds(50), kNotStopped).empty());
  EXPECT_TRUE(
      source_->collect(one_call(), std::chrono::hours(1), [] { return true; }).empty());
  EXPECT_TRUE(source_->collect({}, std::chrono::hours(1), kNotStopped).empty())
      << "no trace, nothing to wait for";
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST_F(Source, ForgetsWhatCameForEarlierRuns) {
  send(9, 0, 3, "gateway");
  EXPECT_EQ(source_->counts().kept, 1);
  source_->expect("00000000000000000000000000000007");
  EXPECT_EQ(source_->counts().kept, 0);
}

}  // namespace
}  // namespace cutset::ingest
