#include "report/protocol_tables_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

constexpr size_t kMostTuples = 40;  // at one time

std::string shown(const ProtocolRow& row, const TextOptions& options) {
  const std::string clean = clean_text(row.tuple);
  return options.unicode ? clean : to_ascii(clean);
}

void add_rows(const ProtocolTable& table, const TextOptions& options, std::string& out) {
  const std::string time = fmt::format("{:>6}  ", table.time);
  std::string both;
  size_t left = kMostTuples;
  for (const ProtocolRow& row : table.rows) {
    if (row.presence != Presence::kBoth || left == 0) continue;
    --left;
    both += (both.empty() ? "" : "  ") + shown(row, options);
  }
  bool first = true;
  if (!both.empty()) {
    out += wrapped(both, options.width, time, "        ");
    first = false;
  }
  for (const ProtocolRow& row : table.rows) {
    if (row.presence == Presence::kBoth || left == 0) continue;
    --left;
    const bool gone = row.presence == Presence::kGoodOnly;
    out += first ? time : "        ";
    out += styled(options.color, gone ? Style::kRed : Style::kYellow,
                  fmt::format("{} {}", gone ? '-' : '+', shown(row, options)));
    out += "\n";
    first = false;
  }
  if (left == 0 && table.rows.size() > kMostTuples)
    out += fmt::format("        ({} more)\n", table.rows.size() - kMostTuples);
}

}  // namespace

std::string protocol_tables_text(const ProtocolFinding& finding,
                                 const TextOptions& options) {
  std::string out =
      "tables (- only without faults, + only in this run; the rest is in both)\n";
  const std::vector<ProtocolTable>& tables = finding.tables;
  for (size_t i = 0; i < tables.size();) {
    out += "  " + styled(options.color, Style::kBold, tables[i].relation) + "\n";
    const std::string& relation = tables[i].relation;
    for (; i < tables.size() && tables[i].relation == relation; ++i)
      add_rows(tables[i], options, out);
  }
  if (finding.rows_left_out > 0)
    out += fmt::format("  ({} more rows left out)\n", finding.rows_left_out);
  return out;
}

}  // namespace cutset::report
