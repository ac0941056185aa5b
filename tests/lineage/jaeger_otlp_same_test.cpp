// One trace in Jaeger's form and in OTLP/JSON is the same spans; the shared samples are
// recognised and read whole.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "span_text.h"
#include <gtest/gtest.h>

#include "lineage/trace_files.h"

namespace cutset::lineage {
namespace {

namespace fs = std::filesystem;

const fs::path kSamples = fs::path(CUTSET_SHARED_DATA) / "traces";

SpanTable read_sample(const std::string& name) {
  SpanTable table;
  const auto files = read_trace_files({(kSamples / name).string()}, table, {});
  EXPECT_TRUE(files.ok());
  if (files.ok() && files->front().refused.has_value())
    ADD_FAILURE() << files->front().refused->text();
  return table;
}

/// Jaeger has no word for "internal"; its tags keep no order that OTLP would have.
std::vector<std::string> comparable(const SpanTable& table) {
  std::vector<std::string> texts;
  for (StoredSpan span : table.spans()) {
    if (span.kind == SpanKind::kInternal) span.kind = SpanKind::kUnspecified;
    texts.push_back(text_of(table, span));
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

class Samples : public testing::Test {
 protected:
  void SetUp() override {
    if (fs::exists(kSamples)) return;
    std::printf("not run: no samples (CMake setting CUTSET_SHARED_DATA)\n");
    GTEST_SKIP();
  }
};

TEST_F(Samples, HotRodIsTheSameInBothForms) {
  const auto jaeger = comparable(read_sample("jaeger/hotrod-redis-timeout-retry.json"));
  EXPECT_EQ(jaeger.size(), 50U);
  EXPECT_EQ(jaeger, comparable(read_sample("otlp/derived-hotrod.json")));
}

TEST_F(Samples, MediaIsTheSameInBothForms) {
  const auto jaeger = comparable(read_sample("jaeger/dsb-media-load150-50.json.gz"));
  EXPECT_EQ(jaeger.size(), 1350U);
  EXPECT_EQ(jaeger, comparable(read_sample("otlp/derived-media-50.jsonl.gz")));
}

TEST_F(Samples, AreReadWhole) {
  const std::map<std::string, size_t> kSpans{
      {"jaeger/crisp-18.json", 9},
      {"jaeger/crisp-23.json", 9},
      {"jaeger/crisp-err_pattern2-err1.json", 2},
      {"jaeger/crisp-err_pattern3-err1.json", 3},
      {"jaeger/derived-10k-one-trace.json.gz", 10801},
      {"jaeger/dsb-media-load150-50.json.gz", 1350},
      {"jaeger/dsb-social-compose-post-20.json.gz", 660},
      {"jaeger/dsb-social-compose-post-5.json", 165},
      {"jaeger/hotrod-redis-timeout-retry.json", 50},
      {"jaeger/node-micro-load150-40.json", 240},
      {"jaeger/quickwit-ui-trace.json", 5},
      {"jaeger/ui-child-starts-after-parent-ends.json", 2},
      {"jaeger/ui-genai-agent.json", 57},
      {"jaeger/ui-otlp2jaeger-out.json", 2},
      {"otlp/derived-hotrod.json", 50},
      {"otlp/derived-media-50.jsonl.gz", 1350},
      {"otlp/dp-both-span-types.json", 3},
      {"otlp/jaeger-link_attributes.json", 1},
      {"otlp/jaeger-otel_traces_01.json", 4},
      {"otlp/kiali-tempo-batches-bookinfo.json", 8},
      {"otlp/proto-example-trace.json", 1},
      {"otlp/tempo-expired-edges.json", 5},
      {"otlp/tempo-failed-requests.json", 15},
      {"otlp/ui-otlp2jaeger-in-error.json", 1},
      {"otlp/ui-otlp2jaeger-in.json", 2},
  };
  size_t seen = 0;
  for (const std::string format : {"jaeger", "otlp"}) {
    for (const auto& entry : fs::directory_iterator(kSamples / format)) {
      const std::string name = format + "/" + entry.path().filename().string();
      if (entry.path().extension() == ".csv") continue;
      SCOPED_TRACE(name);
      ASSERT_EQ(kSpans.count(name), 1U);
      SpanTable table;
      const auto files = read_trace_files({entry.path().string()}, table, {});
      ASSERT_TRUE(files.ok());
      EXPECT_FALSE(files->front().refused.has_value());
      EXPECT_EQ(files->front().format, format + "-json");
      EXPECT_EQ(table.rejected(), 0);
      EXPECT_EQ(table.spans().size(), kSpans.at(name));
      ++seen;
    }
  }
  EXPECT_EQ(seen, kSpans.size());
}

}  // namespace
}  // namespace cutset::lineage
