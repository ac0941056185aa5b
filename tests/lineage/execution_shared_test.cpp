// Executions of the sample traces that are not part of the project, and of the bookshop's
// recording, which is.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "execution_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lineage/execution_json.h"
#include "lineage/formats/trace_reader.h"
#include "lineage/span_collection.h"
#include "lineage/trace_executions.h"

namespace cutset::lineage {
namespace {

namespace fs = std::filesystem;

struct Analysed {
  std::vector<Execution> executions;
  ModelCounts counts;
};

Result<Analysed> analyse(const std::vector<std::string>& paths,
                         const ExecutionOptions& options) {
  SpanCollection spans;
  for (const std::string& path : paths) {
    CUTSET_ASSIGN(const std::unique_ptr<TraceInput> input, TraceInput::open(path));
    CUTSET_ASSIGN(const TraceReader* const reader, recognise_trace(*input));
    CUTSET_TRY(reader->read(*input, spans));
  }
  Analysed analysed;
  CUTSET_ASSIGN(
      const TraceTotals totals,
      for_each_execution(spans, options, [&](Execution execution, int64_t) -> Status {
        analysed.executions.push_back(std::move(execution));
        return {};
      }));
  analysed.counts = totals.model;
  return analysed;
}

/// The path of a sample; "": there are none here.
std::string sample(const std::string& name) {
  const fs::path path = fs::path(CUTSET_SHARED_DATA) / "traces" / name;
  if (std::string(CUTSET_SHARED_DATA).empty() || !fs::exists(path)) {
    std::cout << "not run: " << name << " is not here (CUTSET_SHARED_DATA)\n";
    return {};
  }
  return path.string();
}

#define CUTSET_SAMPLE(path, name)        \
  const std::string path = sample(name); \
  if (path.empty()) GTEST_SKIP()

/// The only execution in these files.
Execution only(const std::vector<std::string>& paths) {
  Result<Analysed> analysed = analyse(paths, {});
  EXPECT_TRUE(analysed.ok()) << (analysed.ok() ? "" : analysed.error().text());
  if (!analysed.ok() || analysed->executions.size() != 1) {
    ADD_FAILURE() << "not one trace";
    return {};
  }
  check_invariants(analysed->executions[0]);
  return analysed->executions[0];
}

std::vector<std::string> retries_of(const Execution& execution) {
  std::vector<std::string> retries;
  for (const Call& call : execution.calls) {
    if (call.repeats >= 0) retries.push_back(call.id.points.back().text());
  }
  return retries;
}

TEST(ExecutionShared, HotrodHasTenDriversAndTwoTrueRetries) {
  CUTSET_SAMPLE(path, "jaeger/hotrod-redis-timeout-retry.json");
  const Execution execution = only({path});
  EXPECT_EQ(retries_of(execution),
            (std::vector<std::string>{"redis:GetDriver{T731070C}#2",
                                      "redis:GetDriver{T768897C}#2"}));
  std::set<std::string> drivers;
  for (const Call& call : execution.calls) {
    if (call.id.points.back().signature == "GetDriver") {
      drivers.insert(call.id.points.back().key);
    }
  }
  EXPECT_EQ(drivers.size(), 10U);
  EXPECT_FALSE(execution.calls[0].failed);
}

TEST(ExecutionShared, HotrodIsTheSameFromJaegerAndFromOtlp) {
  CUTSET_SAMPLE(jaeger, "jaeger/hotrod-redis-timeout-retry.json");
  CUTSET_SAMPLE(otlp, "otlp/derived-hotrod.json");
  EXPECT_EQ(execution_to_json(only({jaeger})).dump(1),
            execution_to_json(only({otlp})).dump(1));
}

TEST(ExecutionShared, EnvoysHalvesAreJoined) {
  CUTSET_SAMPLE(path, "otlp/kiali-tempo-batches-bookinfo.json");
  EXPECT_EQ(show(only({path})),
            "productpage.bookinfo:GET /productpage#1 200\n"
            "  details.bookinfo:GET /details/:id#1 200\n"
            "  reviews.bookinfo:GET /reviews/:id#1 200\n"
            "    ratings.bookinfo:GET /ratings/:id#1 200\n");
}

TEST(ExecutionShared, AnErrorTravelsBetweenHalves) {
  CUTSET_SAMPLE(path, "otlp/tempo-failed-requests.json");
  EXPECT_EQ(show(only({path})),
            "mythical-requester:requester#1 failed error\n"
            "  mythical-server:POST /illithid#1 failed error\n"
            "    postgresql/postgres:pg.query:INSERT#1 failed error not-executed "
            "no-answer-seen\n"
            "    loki%3A3100:POST /loki/api/v1/push#1 204 no-answer-seen not-awaited\n"
            "  unknown:log_to_loki#1 no-answer-seen not-awaited unordered\n"
            "  unknown:log_to_loki#2 no-answer-seen not-awaited unordered\n");
}

struct ModelRow {
  std::string file;
  std::string counts;
};

TEST(ExecutionShared, CountsOfTheModel) {
  const std::vector<ModelRow> rows{
      {"jaeger/crisp-18.json",
       "calls 9 = joined 0 + client 0 + server 9, collapsed 0, errors 1, absorbed 1, "
       "retries 0, not awaited 0"},
      {"jaeger/crisp-23.json",
       "calls 9 = joined 0 + client 0 + server 9, collapsed 0, errors 2, absorbed 2, "
       "retries 0, not awaited 0"},
      {"jaeger/crisp-err_pattern2-err1.json",
       "calls 2 = joined 0 + client 0 + server 2, collapsed 0, errors 1, absorbed 1, "
       "retries 0, not awaited 0"},
      {"jaeger/crisp-err_pattern3-err1.json",
       "calls 3 = joined 0 + client 0 + server 3, collapsed 0, errors 2, absorbed 1, "
       "retries 0, not awaited 0"},
      {"jaeger/dsb-social-compose-post-5.json",
       "calls 105 = joined 55 + client 45 + server 5, collapsed 5, errors 0, absorbed 0, "
       "retries 0, not awaited 0"},
      {"jaeger/node-micro-load150-40.json",
       "calls 200 = joined 40 + client 0 + server 160, collapsed 0, errors 0, absorbed "
       "0, retries 0, not awaited 0"},
      {"jaeger/ui-genai-agent.json",
       "calls 41 = joined 3 + client 11 + server 27, collapsed 13, errors 1, absorbed 1, "
       "retries 0, not awaited 0"},
      {"zipkin/skew.json",
       "calls 2 = joined 1 + client 0 + server 1, collapsed 1, errors 0, absorbed 0, "
       "retries 0, not awaited 0"},
      {"zipkin/yelp.json",
       "calls 16 = joined 5 + client 8 + server 3, collapsed 0, errors 0, absorbed 0, "
       "retries 0, not awaited 0"},
      {"zipkin/smartthings-mobile-web-install.json",
       "calls 715 = joined 291 + client 338 + server 86, collapsed 32, errors 1, "
       "absorbed "
       "1, retries 0, not awaited 56"},
      {"zipkin/v1-trainticket-preserve.json",
       "calls 79 = joined 78 + client 0 + server 1, collapsed 0, errors 0, absorbed 0, "
       "retries 0, not awaited 0"},
      {"nezha-csv/onlineboutique-faultfree-2022-08-23-17_00.csv.gz",
       "calls 6027 = joined 5525 + client 0 + server 502, collapsed 11417, errors 0, "
       "absorbed 0, retries 0, not awaited 0"},
  };
  for (const ModelRow& row : rows) {
    CUTSET_SAMPLE(path, row.file);
    const Result<Analysed> analysed = analyse({path}, {});
    ASSERT_TRUE(analysed.ok()) << analysed.error().text();
    EXPECT_EQ(show(analysed->counts), row.counts) << row.file;
  }
}

TEST(ExecutionShared, AFailedCallWithAnotherTopicAfterItIsNoRetry) {
  CUTSET_SAMPLE(path, "zipkin/smartthings-mobile-web-install.json");
  EXPECT_EQ(retries_of(only({path})), std::vector<std::string>());
}

TEST(ExecutionShared, EverySampleKeepsTheInvariants) {
  CUTSET_SAMPLE(folder, "jaeger");
  int64_t files = 0;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(fs::path(folder).parent_path())) {
    if (!entry.is_regular_file()) continue;
    // What no reader knows is not for this test.
    const Result<Analysed> analysed = analyse({entry.path().string()}, {});
    if (!analysed.ok()) continue;
    SCOPED_TRACE(entry.path());
    ++files;
    for (const Execution& execution : analysed->executions) check_invariants(execution);
    const ModelCounts& counts = analysed->counts;
    EXPECT_EQ(counts.joined + counts.client_only + counts.server_only, counts.calls);
    EXPECT_EQ(counts.traces, static_cast<int64_t>(analysed->executions.size()));
  }
  EXPECT_GT(files, 25);
}

TEST(ExecutionShared, TenThousandSpansInOneTrace) {
  CUTSET_SAMPLE(path, "jaeger/derived-10k-one-trace.json.gz");
  SpanTable table;
  const Result<std::unique_ptr<TraceInput>> input = TraceInput::open(path);
  ASSERT_TRUE(input.ok());
  const Result<const TraceReader*> reader = recognise_trace(**input);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->read(**input, table).ok());
  const std::vector<uint32_t> spans = all_spans(table);
  const auto begin = std::chrono::steady_clock::now();
  ModelCounts counts;
  const Execution execution = execution_of(table, link_spans(table, spans), {}, counts);
  const auto time = std::chrono::steady_clock::now() - begin;
  std::cout << spans.size() << " spans, " << execution.calls.size() << " calls: "
            << std::chrono::duration_cast<std::chrono::microseconds>(time).count()
            << " us\n";
  check_invariants(execution);
  // Generous: sanitizers and a loaded machine. Optimised it takes some 10 ms.
  EXPECT_LT(time, std::chrono::seconds(2));
}

TEST(Bookshop, CallsThatWereRefusedHaveTheNamesOfThoseThatWereNot) {
  const std::string path =
      std::string(CUTSET_SOURCE_DIR) + "/traces/bookshop/otlp.jsonl.zst";
  const Result<Analysed> analysed = analyse({path}, {});
  ASSERT_TRUE(analysed.ok()) << analysed.error().text();
  std::map<std::string, int> refused;
  for (const Execution& execution : analysed->executions) {
    for (const Call& call : execution.calls) {
      if (!call.executed) ++refused[call.id.points.back().callee];
    }
  }
  // Five orders each with one service down; extras and store are called twice.
  EXPECT_EQ(refused,
            (std::map<std::string, int>{{"extras", 10}, {"north", 5}, {"store", 10}}));
}

TEST(Bookshop, HasTheIdentitiesThatItsProxiesGive) {
  const std::string path = std::string(CUTSET_SOURCE_DIR) + "/traces/bookshop/otlp.json";
  const Result<Analysed> analysed = analyse({path}, {});
  ASSERT_TRUE(analysed.ok()) << analysed.error().text();
  int fault_free = 0;
  for (const Execution& execution : analysed->executions) {
    check_invariants(execution);
    EXPECT_EQ(execution.problems, std::vector<std::string>());
    const bool failed = std::any_of(execution.calls.begin(), execution.calls.end(),
                                    [](const Call& call) { return call.failed; });
    if (failed) continue;
    ++fault_free;
    std::set<std::string> ids;
    for (const Call& call : execution.calls) {
      ids.insert(call.id.text());
    }
    EXPECT_EQ(
        ids,
        (std::set<std::string>{
            "gateway:POST /orders#1",
            "gateway:POST /orders#1 > catalog:GET /books#1",
            "gateway:POST /orders#1 > catalog:GET /books#1 > extras:GET /wrapping#1",
            "gateway:POST /orders#1 > catalog:GET /books#1 > extras:POST /views#1",
            "gateway:POST /orders#1 > catalog:GET /books#1 > store:GET /prices#1",
            "gateway:POST /orders#1 > customers:GET /customers/:id#1",
            "gateway:POST /orders#1 > customers:GET /customers/:id#1 > store:GET "
            "/profiles/:id#1",
            "gateway:POST /orders#1 > payment:POST /charges#1",
            "gateway:POST /orders#1 > risk:GET /assessments/:id#1",
            "gateway:POST /orders#1 > risk:GET /assessments/:id#1 > scorer:GET /health#1",
            "gateway:POST /orders#1 > risk:GET /assessments/:id#1 > scorer:GET "
            "/scores/:id#1",
            "gateway:POST /orders#1 > shipping:POST /shipments#1",
            "gateway:POST /orders#1 > shipping:POST /shipments#1 > carrier:GET /quotes#1",
            "gateway:POST /orders#1 > stock:GET /stock#1",
            "gateway:POST /orders#1 > stock:GET /stock#1 > north:GET /stock#1",
            "gateway:POST /orders#1 > tax:GET /rates#1",
        }));
  }
  EXPECT_GT(fault_free, 0);
}

}  // namespace
}  // namespace cutset::lineage
