// The readers of Zipkin, CSV and PROV-JSON: small inputs against the spans that they
// stand for, and inputs that are cut off or hostile.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "reader_testing.h"
#include "trace_tree_testing.h"

#include "lineage/trace_tree.h"

namespace cutset::lineage {
namespace {

const std::vector<std::string>& folders() {
  static const std::vector<std::string> kFolders{"zipkin_v1", "zipkin_v2", "nezha_csv",
                                                 "alibaba_csv", "prov_json"};
  return kFolders;
}

std::filesystem::path data_folder() {
  return std::string(CUTSET_SOURCE_DIR) + "/tests/lineage/data";
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::filesystem::path> inputs() {
  std::vector<std::filesystem::path> paths;
  for (const std::string& folder : folders()) {
    for (const auto& entry :
         std::filesystem::directory_iterator(data_folder() / folder)) {
      if (entry.path().extension() != ".spans") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(Formats, GiveTheSpansThatTheyStandFor) {
  const bool update = std::getenv("CUTSET_UPDATE_GOLDEN") != nullptr;
  for (const std::filesystem::path& path : inputs()) {
    std::filesystem::path golden = path;
    golden.replace_extension(".spans");
    const Reading reading = read_bytes(content_of(path), path.filename().string());
    if (update) std::ofstream(golden, std::ios::binary) << show(reading);
    EXPECT_EQ(show(reading), content_of(golden)) << path;
    // The folders are named as the readers.
    std::string format = path.parent_path().filename().string();
    std::replace(format.begin(), format.end(), '_', '-');
    EXPECT_EQ(reading.format, format) << path;
  }
  EXPECT_GE(inputs().size(), 10U);
}

/// What was read of a part is the beginning of what is read of the whole.
TEST(Formats, CutOffAnywhereAreReadAsFarOrRefusedWithAPlace) {
  for (const std::filesystem::path& path : inputs()) {
    const std::string whole = content_of(path);
    const Reading all = read_bytes(whole);
    size_t refused = 0;
    for (size_t size = 0; size < whole.size(); ++size) {
      const Reading part = read_bytes(whole.substr(0, size));
      ASSERT_LE(part.table.spans().size(), all.table.spans().size())
          << path << " cut at " << size;
      if (part.error.empty()) continue;
      ++refused;
      EXPECT_EQ(part.error.find('\n'), std::string::npos) << part.error;
      EXPECT_EQ(part.error.rfind("input:", 0), 0U) << part.error;
      EXPECT_NE(part.error.find("expected"), std::string::npos) << part.error;
    }
    EXPECT_GT(refused, 0U) << path;
  }
}

std::map<TraceId, std::vector<uint32_t>> spans_by_trace(const SpanTable& table) {
  std::map<TraceId, std::vector<uint32_t>> traces;
  for (const uint32_t span : all_spans(table))
    traces[table.spans()[span].trace].push_back(span);
  return traces;
}

TEST(Formats, FlippedBytesAreSurvived) {
  for (const std::filesystem::path& path : inputs()) {
    const std::string whole = content_of(path);
    for (uint64_t seed = 1; seed <= 300; ++seed) {
      std::mt19937_64 random(seed);
      std::string bytes = whole;
      for (size_t flips = 1 + below(random, 4); flips > 0; --flips)
        bytes[below(random, bytes.size())] = static_cast<char>(random());
      const Reading reading = read_bytes(bytes);
      for (const auto& [trace, spans] : spans_by_trace(reading.table)) {
        const TraceTree tree = link_spans(reading.table, spans);
        check_invariants(tree, reading.table);
        ASSERT_EQ(tree.spans.size() + static_cast<size_t>(tree.repeats + tree.united),
                  spans.size())
            << path << " seed " << seed;
      }
      // Every line of every record is bounded by the input, not by what it claims.
      ASSERT_LE(reading.table.spans().size(), bytes.size()) << path << " seed " << seed;
    }
  }
}

struct Wrong {
  const char* name;
  std::string bytes;
  const char* error;     // the whole text of the error, "" for none
  const char* rejected;  // the first reason, "" for none
};

std::string nested(size_t depth) {
  return R"([{"traceId":"1","id":"1","x":)" + std::string(depth, '[') +
         std::string(depth, ']') + "}]";
}

TEST(Formats, SayWhatIsWrongAndWhere) {
  const std::string nezha =
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano\n";
  const std::string alibaba = "timestamp,traceid,rpcid,um,rpctype,interface,dm,rt\n";
  const std::vector<Wrong> cases{
      {"deep nesting", nested(100'000),
       "input:1:158: found an array: expected values nested at most 128 deep", ""},
      {"a number as a span", R"([{"traceId":"1","id":"1"}, 7])",
       "input:1:28: found '7': expected an object", ""},
      {"a list in a list in a list", R"([[{"traceId":"1","id":"1"},[]]])",
       "input:1:28: found an array: expected an object", ""},
      {"a huge number is the end of time",
       R"([{"traceId":"1","id":"1","timestamp":1e400,"duration":1e400}])", "", ""},
      {"a quote that does not end", nezha + "1,1,root,pod,\"op\n1,2,1,pod,op,1,2\n",
       "input:2:14: found a quote that does not end within 2 lines: expected '\"'", ""},
      {"text behind a quote", nezha + "1,1,root,pod,\"op\"x,1,2\n",
       "input:2:18: found 'x' behind a quoted field: expected ',' or the end of the row; "
       "a quote inside a field is written twice",
       ""},
      {"the last row is cut off", nezha + "1,1,root,pod,op,1,2\n1,2,1,po",
       "input:3:1: found 4 fields in the last row: expected 7; is the file cut off?", ""},
      {"an id that is too long", nezha + "1,11112222333344445,root,pod,op,1,2\n", "",
       "input:2:3: SpanID \"11112222333344445\": expected 1 to 16 hex digits, not zero"},
      {"a time that is none", nezha + "1,1,root,pod,op,99999999999999999999,2\n", "",
       "input:2:17: StartTimeUnixNano \"99999999999999999999\": expected nanoseconds "
       "since 1970"},
      {"a path that is none", alibaba + "1,T_1,0.a,a,rpc,x,b,1\n", "",
       "input:2:7: rpcid \"0.a\": expected numbers and points, as 0.1.2"},
      {"a duration that is none", alibaba + "1,T_1,0.1,a,rpc,x,b,1e300\n", "",
       "input:2:21: rt \"1e300\": expected milliseconds"},
  };
  for (const Wrong& each : cases) {
    const Reading reading = read_bytes(each.bytes);
    EXPECT_EQ(reading.error, each.error) << each.name;
    EXPECT_EQ(reading.table.first_reason(), each.rejected) << each.name;
  }
}

TEST(Formats, AFieldOverManyLinesIsBounded) {
  std::string bytes =
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano\n"
      "1,1,root,pod,\"";
  for (int line = 0; line < 1'000'000; ++line) bytes += "\",a\",\"\n";
  EXPECT_NE(read_bytes(bytes).error, "");
}

TEST(Formats, ChromeTraceEventsAreRefusedByName) {
  const Reading reading =
      read_bytes(R"({"traceEvents":[{"ph":"X","ts":1,"dur":2,"pid":1,"tid":1}]})");
  EXPECT_NE(reading.error.find("Chrome trace events"), std::string::npos)
      << reading.error;
}

/// traces/ holds one recording in every format: what the formats can say is the same.
TEST(Formats, OfOneRecordingHaveTheSameSpans) {
  const std::filesystem::path folder =
      std::string(CUTSET_SOURCE_DIR) + "/traces/bookshop";
  struct File {
    const char* name;
    const char* format;
  };
  constexpr File kFiles[] = {
      {"zipkin-v2.json.gz", "zipkin-v2"},
      {"zipkin-v2-lists.json.gz", "zipkin-v2"},
      {"zipkin-v2-shared.json", "zipkin-v2"},
      {"zipkin-v1.json.gz", "zipkin-v1"},
      {"nezha.csv", "nezha-csv"},
      {"alibaba-v2021.csv", "alibaba-csv"},
      {"alibaba-v2022.csv", "alibaba-csv"},
      {"prov.json.gz", "prov-json"},
  };
  std::string expected;
  for (const File& file : kFiles) {
    const Reading reading = read_bytes(content_of(folder / file.name));
    EXPECT_EQ(reading.format, file.format) << file.name;
    EXPECT_EQ(reading.error, "") << file.name;
    EXPECT_EQ(reading.table.rejected(), 0) << reading.table.first_reason();
    // Who serves below whom is what every format knows: a line for each span of another
    // service than its parent's.
    std::vector<std::string> edges;
    const auto traces = spans_by_trace(reading.table);
    EXPECT_EQ(traces.size(), 5U) << file.name;
    for (const auto& [trace, spans] : traces) {
      const TraceTree tree = link_spans(reading.table, spans);
      check_invariants(tree, reading.table);
      EXPECT_TRUE(tree.complete()) << file.name;
      for (const TreeSpan& span : tree.spans) {
        if (span.parent < 0) continue;
        const auto service = [&](const TreeSpan& of) {
          return reading.table.name(reading.table.spans()[of.span].service);
        };
        const TreeSpan& parent = tree.spans[static_cast<size_t>(span.parent)];
        if (service(parent) == service(span)) continue;
        edges.push_back(
            fmt::format("{} {} -> {}", trace.text(), service(parent), service(span)));
      }
    }
    std::sort(edges.begin(), edges.end());
    const std::string text = fmt::format("{}", fmt::join(edges, "\n"));
    if (expected.empty()) expected = text;
    EXPECT_EQ(text, expected) << file.name;
    EXPECT_GT(edges.size(), 50U) << file.name;
  }
}

}  // namespace
}  // namespace cutset::lineage
