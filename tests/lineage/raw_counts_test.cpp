// The raw counts by rule, and against the table of counts that comes with the shared
// samples, which another script made.
#include "lineage/raw_counts.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "trace_tree_testing.h"
#include <gtest/gtest.h>

#include "lineage/formats/trace_reader.h"
#include "lineage/span_collection.h"

namespace cutset::lineage {
namespace {

using Counts = std::map<std::string, int64_t>;

Counts by_name(const RawCounts& counts) {
  return {{"traces", counts.traces},     {"spans", counts.spans},
          {"services", counts.services}, {"max_spans", counts.max_spans},
          {"orphans", counts.orphans},   {"dup_ids", counts.dup_ids},
          {"shared", counts.shared},     {"errors", counts.errors},
          {"absorbed", counts.absorbed}, {"retry", counts.retry},
          {"skew", counts.skew},         {"outlive", counts.outlive},
          {"links", counts.links},       {"async", counts.async}};
}

std::string text_of(const Counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    if (count != 0) text += fmt::format("{} {}, ", name, count);
  }
  return text;
}

RawCounts count(SpanCollection& spans) {
  RawCounter counter;
  const Status status = spans.for_each_trace(
      [&](const SpanTable& table, std::span<const uint32_t> trace) -> Status {
        counter.add(table, trace);
        return {};
      });
  EXPECT_TRUE(status.ok());
  return counter.counts();
}

TEST(RawCounts, FollowTheirRules) {
  const TraceId trace{0, 1};
  const TraceId other{0, 2};
  constexpr SpanKind kNone = SpanKind::kUnspecified;
  constexpr SpanStatus kError = SpanStatus::kError;
  constexpr SpanStatus kUnset = SpanStatus::kUnset;
  const std::vector<OwnedSpan> spans{
      {trace, 1, 0, SpanKind::kServer, "front", "get", 100, false, kUnset, {}, 200},
      // Failed, tried again, and again: two retries; both failures absorbed.
      {trace, 2, 1, SpanKind::kClient, "front", "call", 110, false, kError, {}, 120},
      {trace, 3, 1, SpanKind::kClient, "front", "call", 120, false, kError, {}, 130},
      {trace, 4, 1, SpanKind::kClient, "front", "call", 130, false, kUnset, {}, 140},
      // Before its parent, and after it.
      {trace, 4, 1, SpanKind::kServer, "back", "call", 90, true, kUnset, {}, 201},
      {trace,
       5,
       4,
       SpanKind::kProducer,
       "back",
       "send",
       130,
       false,
       kUnset,
       {{"http.status_code", "503"}},
       140},
      {trace,
       6,
       4,
       kNone,
       "",
       "send",
       130,
       false,
       kUnset,
       {{"http.response.status_code", "404"}},
       140},
      {other, 7, 1, SpanKind::kConsumer, "back", "receive", 130, false, kError, {}, 140},
  };
  SpanCollection collection;
  for (const OwnedSpan& span : spans) span.add_to(collection);
  EXPECT_EQ(text_of(by_name(count(collection))),
            "absorbed 3, async 2, dup_ids 1, errors 4, max_spans 7, orphans 1, "
            "outlive 1, retry 2, services 2, shared 1, skew 1, spans 8, traces 2, ");
}

TEST(RawCounts, ARecordOfBothSidesIsOne) {
  SpanTable table;
  SpanView span;
  span.trace = {0, 1};
  span.id = 1;
  span.service = "caller";
  table.add(span);
  span.service = "callee";
  span.shared = true;
  span.twin = true;
  table.add(span);
  RawCounter counter;
  counter.add(table, all_spans(table));
  EXPECT_EQ(text_of(by_name(counter.counts())),
            "max_spans 1, services 2, spans 1, traces 1, ");
}

struct Row {
  std::string file;
  Counts counts;  // empty: the table has none
};

/// "traces 1 spans 9 services 3" and "errors 2, absorbed 2".
void read_counts(const std::string& cell, Counts& counts) {
  static const std::regex kCount("([a-z_]+) ([0-9]+)");
  for (std::sregex_iterator match(cell.begin(), cell.end(), kCount), end; match != end;
       ++match) {
    counts[(*match)[1]] = std::stoll((*match)[2]);
  }
}

std::vector<Row> read_table(const std::filesystem::path& path) {
  std::vector<Row> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '|');) cells.push_back(cell);
    constexpr size_t kFile = 1;
    constexpr size_t kCounts = 3;
    constexpr size_t kMarks = 4;
    if (cells.size() <= kMarks || cells[kFile].find('/') == std::string::npos) continue;
    Row row;
    row.file = cells[kFile].substr(1, cells[kFile].size() - 2);
    read_counts(cells[kCounts], row.counts);
    read_counts(cells[kMarks], row.counts);
    rows.push_back(row);
  }
  return rows;
}

TEST(RawCounts, AreThoseOfTheSamplesTable) {
  const std::filesystem::path folder = std::string(CUTSET_SHARED_DATA) + "/traces";
  const std::vector<Row> rows = read_table(folder / "README.md");
  if (rows.empty()) {
    std::cout << "not run: no samples in " << folder << "\n";
    GTEST_SKIP();
  }
  size_t compared = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    auto input = TraceInput::open((folder / row.file).string());
    ASSERT_TRUE(input.ok()) << input.error().text();
    const auto reader = recognise_trace(**input);
    if (row.counts.empty()) {
      // The table gives no counts: such a file is read, or refused with one line.
      SpanTable spans;
      const Status status =
          reader.ok() ? (*reader)->read(**input, spans) : Status(reader.error());
      if (status.ok()) {
        EXPECT_GT(spans.spans().size(), 0U);
        continue;
      }
      EXPECT_EQ(status.error().text().find('\n'), std::string::npos);
      EXPECT_NE(status.error().text().find("expected"), std::string::npos);
      continue;
    }
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    if (!reader.ok()) continue;
    SpanCollection spans;
    const Status status = (*reader)->read(**input, spans);
    EXPECT_TRUE(status.ok()) << status.error().text();
    EXPECT_EQ(spans.rejected(), 0) << spans.first_reason();
    Counts found = by_name(count(spans));
    // The table tells the largest trace of some files only.
    if (row.counts.count("max_spans") == 0) found.erase("max_spans");
    EXPECT_EQ(text_of(found), text_of(row.counts));
    ++compared;
  }
  EXPECT_GE(compared, 34U);
}

}  // namespace
}  // namespace cutset::lineage
