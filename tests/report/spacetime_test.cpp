// Layout and picture of space-time diagrams: the invariants, on the journals of the
// golden tests and on random executions, and that no two labels overlap.
#include <map>
#include <random>
#include <set>

#include "report_testing.h"
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "report/escape.h"
#include "report/spacetime_columns.h"
#include "report/spacetime_layout.h"
#include "report/spacetime_svg.h"

namespace cutset::report {
namespace {

using lineage::Call;
using lineage::Execution;

void check(const Diagram& diagram) {
  ASSERT_FALSE(diagram.rows.empty());
  std::set<std::pair<int, bool>> events;
  for (size_t column = 0; column < diagram.columns.size(); ++column) {
    const DiagramColumn& event = diagram.columns[column];
    ASSERT_LT(static_cast<size_t>(event.call), diagram.calls.size());
    EXPECT_TRUE(events.emplace(event.call, event.is_end).second)
        << "an event has two columns";
    const DiagramCall& call = diagram.calls[static_cast<size_t>(event.call)];
    EXPECT_EQ(event.is_end ? call.end_column : call.start_column,
              static_cast<int>(column));
  }
  for (size_t i = 0; i < diagram.calls.size(); ++i) {
    const DiagramCall& call = diagram.calls[i];
    EXPECT_GT(call.row, 0);
    ASSERT_LT(static_cast<size_t>(call.row), diagram.rows.size());
    EXPECT_LT(call.lane, diagram.rows[static_cast<size_t>(call.row)].lanes);
    EXPECT_LT(call.parent, static_cast<int>(i));
    if (call.parent >= 0) {
      EXPECT_GT(call.start_column,
                diagram.calls[static_cast<size_t>(call.parent)].start_column);
    }
    EXPECT_TRUE(call.role != CallRole::kMissing || call.end_column == -1);
    EXPECT_TRUE(call.end_column == -1 || call.end_column > call.start_column);
  }
}

/// Invocations of one service that overlap have lanes of their own.
void check_lanes(const Diagram& diagram) {
  for (const DiagramCall& left : diagram.calls) {
    for (const DiagramCall& right : diagram.calls) {
      const bool drawn = left.role != CallRole::kMissing &&
                         right.role != CallRole::kMissing && left.call->executed &&
                         right.call->executed;
      if (&left == &right || !drawn || left.row != right.row || left.lane != right.lane)
        continue;
      EXPECT_TRUE(diagram.end_of(left) < right.start_column ||
                  diagram.end_of(right) < left.start_column);
    }
  }
}

struct Box {
  double left, right, top, bottom;
};

/// The boxes of the upright labels, by a width that the fonts at hand stay below.
std::vector<Box> label_boxes(const pugi::xml_document& svg) {
  std::vector<Box> boxes;
  for (const auto& found : svg.select_nodes("//text[@x]")) {
    const pugi::xml_node text = found.node();
    const std::string css_class = text.attribute("class").value();
    if (css_class == "legend" || css_class == "service" || css_class == "badge-number")
      continue;
    const double width = 5.6 * static_cast<double>(count_characters(text.text().get()));
    const double x = text.attribute("x").as_double();
    const double y = text.attribute("y").as_double();
    const std::string anchor = text.attribute("text-anchor").value();
    const double left = anchor == "start"    ? x
                        : anchor == "middle" ? x - width / 2
                                             : x - width;
    boxes.push_back({left, left + width, y - 8, y + 2});
  }
  return boxes;
}

void check_labels(const std::string& text) {
  pugi::xml_document svg;
  ASSERT_TRUE(svg.load_string(text.c_str())) << text.substr(0, 2000);
  const std::vector<Box> boxes = label_boxes(svg);
  for (size_t i = 0; i < boxes.size(); ++i) {
    for (size_t j = i + 1; j < boxes.size(); ++j) {
      const bool apart =
          boxes[i].right <= boxes[j].left || boxes[j].right <= boxes[i].left ||
          boxes[i].bottom <= boxes[j].top || boxes[j].bottom <= boxes[i].top;
      EXPECT_TRUE(apart) << "labels " << i << " and " << j << " overlap";
    }
  }
  // Labels on top are turned; they must not be nearer than a line of text.
  double last = -1e9;
  for (const auto& found : svg.select_nodes("//text[@transform]")) {
    double x = 0;
    ASSERT_EQ(
        std::sscanf(found.node().attribute("transform").value(), "translate(%lf", &x), 1);
    EXPECT_GE(x - last, 14);
    last = x;
  }
}

void check_picture(const Diagram& diagram) {
  check_labels(spacetime_svg(diagram, {"title", false}));
}

/// Above each other: order is kept in each, and some events are at one place in both.
void check_aligned(const Diagram& bad, const Diagram& good) {
  const auto needs_of = [](const Diagram& diagram) {
    ColumnNeeds needs;
    for (const DiagramColumn& column : diagram.columns)
      needs.columns.push_back(
          {diagram.calls[static_cast<size_t>(column.call)].call->id.text(), column.is_end,
           10, 12});
    return needs;
  };
  const ColumnNeeds above = needs_of(bad);
  const ColumnNeeds below = needs_of(good);
  const auto [upper, lower] = align_columns(above, below);
  ASSERT_EQ(upper.x.size(), bad.columns.size());
  ASSERT_EQ(lower.x.size(), good.columns.size());
  std::map<double, std::pair<std::string, bool>> at;
  for (size_t i = 0; i < upper.x.size(); ++i) {
    if (i > 0) {
      EXPECT_GE(upper.x[i] - upper.x[i - 1], 22);
    }
    at[upper.x[i]] = {above.columns[i].call, above.columns[i].is_end};
  }
  for (size_t i = 0; i < lower.x.size(); ++i) {
    if (i > 0) {
      EXPECT_GE(lower.x[i] - lower.x[i - 1], 22);
    }
    const auto same = at.find(lower.x[i]);
    if (same != at.end()) {
      EXPECT_EQ(same->second, std::pair(below.columns[i].call, below.columns[i].is_end));
    }
  }
  const SpacetimePair pair = spacetime_pair(bad, {"bad", false}, good, {"good", true});
  check_labels(pair.bad);
  check_labels(pair.good);
}

TEST(Spacetime, JournalsKeepTheInvariants) {
  for (const char* name : {"shop", "hostile"}) {
    const JournalView view = journal_of(name);
    const Execution& good = view.runs[0].result.execution;
    for (const JournalRun& run : view.runs) {
      const Diagram diagram = lay_out(run.result.execution, &good, run.planned);
      check(diagram);
      check_lanes(diagram);
      check_picture(diagram);
      check_aligned(diagram, lay_out(good, nullptr, run.planned));
    }
  }
}

TEST(Spacetime, ShowsWhatIsMissingAndWhatIsNew) {
  const JournalView view = journal_of("shop");
  const JournalFinding* aborted = nullptr;
  for (const JournalFinding& found : view.findings) {
    if (found.id == "00000000000000f1") aborted = &found;
  }
  ASSERT_NE(aborted, nullptr);
  const Execution& good = view.find_run("r0001")->result.execution;
  const Diagram diagram = lay_out(view.find_run(aborted->finding.run)->result.execution,
                                  &good, aborted->finding.faults);
  std::map<CallRole, int> roles;
  int in_cut = 0;
  for (const DiagramCall& call : diagram.calls) {
    ++roles[call.role];
    in_cut += call.in_cut ? 1 : 0;
  }
  EXPECT_EQ(roles[CallRole::kMissing], 6)
      << "payment, ledger, shipping, two of the carrier, views";
  EXPECT_EQ(roles[CallRole::kExtra], 1) << "the second attempt of tax";
  EXPECT_EQ(in_cut, 2);
  EXPECT_EQ(diagram.calls.back().role, CallRole::kMissing)
      << "behind the retry that failed";
  EXPECT_TRUE(diagram.columns.back().is_end) << "but before the end of the entry";
  ASSERT_GE(diagram.fatal, 0);
  EXPECT_EQ(diagram.calls[static_cast<size_t>(diagram.fatal)].role, CallRole::kExtra)
      << "the second attempt of tax completes the cut";
  const std::string svg = spacetime_svg(diagram, {"", false});
  for (const char* css_class : {"arrow missing", "arrow faulted", "class=\"cross\"",
                                "label extra", ", fatal</text>"}) {
    EXPECT_NE(svg.find(css_class), std::string::npos) << css_class;
  }
}

Execution random_execution(std::mt19937& random, const std::string& run) {
  const auto below = [&random](size_t bound) {
    return static_cast<size_t>(random() % bound);
  };
  Execution execution;
  execution.run = run;
  std::map<std::string, uint32_t> ordinals;
  const size_t count = 1 + below(25);
  for (size_t i = 0; i < count; ++i) {
    Call call;
    if (i > 0) {
      call.parent = static_cast<int>(below(i));
      call.id = execution.calls[static_cast<size_t>(call.parent)].id;
    }
    identity::Point point{"s" + std::to_string(below(6)),
                          "GET /" + std::string(below(40), 'x'), "", 1};
    const std::string parent = i > 0 ? call.id.text() : "";
    point.ordinal = ++ordinals[parent + point.text_without_ordinal()];
    call.id.points.push_back(point);
    // Times from different clocks: children before parents, ends before starts, ties.
    call.start_ns = static_cast<int64_t>(below(50));
    call.end_ns = static_cast<int64_t>(below(60));
    call.executed = below(5) > 0;
    call.unfinished = below(8) == 0;
    call.seen.kind = static_cast<lineage::Answer::Kind>(below(4));
    call.seen.status = 200;
    if (below(4) == 0)
      call.fault =
          identity::FaultMode{static_cast<identity::FaultAction>(below(6)), 503, 1500};
    execution.calls.push_back(call);
  }
  return execution;
}

TEST(Spacetime, RandomExecutionsKeepTheInvariants) {
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    const Execution shown = random_execution(random, "shown");
    const Execution good = random_execution(random, "good");
    const Diagram diagram = lay_out(shown, i % 3 == 0 ? nullptr : &good, {});
    check(diagram);
    check_lanes(diagram);
    check_picture(diagram);
    check_aligned(diagram, lay_out(good, nullptr, {}));
    if (HasFailure()) FAIL() << "round " << i;
  }
}

TEST(Spacetime, WhatHappenedInBothRunsStandsInTheSameColumns) {
  const ColumnNeeds above{50,
                          {{"a", false, 5, 5},
                           {"retry", false, 5, 30},
                           {"b", false, 5, 5},
                           {"a", true, 5, 5}}};
  const ColumnNeeds below{
      80, {{"a", false, 9, 5}, {"b", false, 5, 5}, {"b", true, 5, 5}, {"a", true, 5, 5}}};
  const auto [upper, lower] = align_columns(above, below);
  EXPECT_EQ(upper.left, 80);
  EXPECT_EQ(upper.x, (std::vector<double>{89, 99, 134, 154}));
  EXPECT_EQ(lower.x, (std::vector<double>{89, 134, 144, 154}));
  EXPECT_EQ(upper.right, lower.right);
}

TEST(Spacetime, HugeExecutionsAreBounded) {
  Execution execution;
  for (uint32_t i = 0; i < 5000; ++i) {
    Call call;
    call.id.points = {{"s", "GET /", "", 1}};
    if (i > 0) {
      call.parent = 0;
      call.id.points.push_back({"t", "GET /", "", i});
    }
    execution.calls.push_back(call);
  }
  const Diagram diagram = lay_out(execution, &execution, {});
  EXPECT_EQ(diagram.calls.size() + diagram.left_out, 5000U);
  EXPECT_LE(diagram.calls.size(), 400U);
  check(diagram);
}

}  // namespace
}  // namespace cutset::report
