// The edges between spans of the DeathStarBench social network, as its own repository
// lists them for the same twenty traces.
#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "lineage/formats/trace_reader.h"
#include "lineage/span_collection.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {
namespace {

/// trace, parent span, child span, both operations, both services.
using Edge = std::tuple<std::string, std::string, std::string, std::string, std::string,
                        std::string, std::string>;

std::multiset<Edge> edges_of_list(const std::string& path) {
  std::multiset<Edge> edges;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);  // traceId,traceTime,startTime,endTime,parentId,childId,...
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split(line, ",");
    if (cells.size() < 11) continue;
    edges.insert({cells[0], cells[4], cells[5], cells[7], cells[6], cells[10], cells[8]});
  }
  return edges;
}

std::multiset<Edge> edges_of_traces(const std::string& path) {
  std::multiset<Edge> edges;
  SpanCollection spans;
  Result<std::unique_ptr<TraceInput>> input = TraceInput::open(path);
  EXPECT_TRUE(input.ok());
  const Result<const TraceReader*> reader = recognise_trace(**input);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE((*reader)->read(**input, spans).ok());
  const Status visited = spans.for_each_trace(
      [&edges](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        const TraceTree tree = link_spans(table, trace);
        for (const TreeSpan& node : tree.spans) {
          if (node.parent < 0) continue;
          const StoredSpan& child = table.spans()[node.span];
          const StoredSpan& parent =
              table.spans()[tree.spans[static_cast<size_t>(node.parent)].span];
          edges.insert({hex16(child.trace.low), hex16(parent.id), hex16(child.id),
                        std::string(table.name(parent.operation)),
                        std::string(table.name(child.operation)),
                        std::string(table.name(parent.service)),
                        std::string(table.name(child.service))});
        }
        return {};
      });
  EXPECT_TRUE(visited.ok());
  return edges;
}

TEST(SpanEdges, AreThoseThatTheSocialNetworksOwnListHas) {
  const std::string folder = CUTSET_SHARED_DATA "/traces/jaeger";
  const std::string list = folder + "/dsb-social-edges.csv";
  if (!std::ifstream(list).good()) {
    GTEST_SKIP() << "not run: no sample traces (CUTSET_SHARED_DATA)";
  }
  const std::multiset<Edge> expected = edges_of_list(list);
  EXPECT_EQ(expected.size(), 640u);
  EXPECT_EQ(edges_of_traces(folder + "/dsb-social-compose-post-20.json.gz"), expected);
}

}  // namespace
}  // namespace cutset::lineage
