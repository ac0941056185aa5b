// Tables of relations over time, in both runs at once.
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/protocol_html_parts.h"

namespace cutset::report {

namespace {

constexpr size_t kMostTuples = 300;  // of one relation

struct RelationTable {
  std::vector<std::string> tuples;  // in the order in which they were met
  std::map<std::string, std::map<uint32_t, Presence>> cells;
  std::set<uint32_t> times;
  bool differs = false;
  size_t left_out = 0;
};

std::string cell(const std::map<uint32_t, Presence>& cells, uint32_t time) {
  const auto found = cells.find(time);
  if (found == cells.end()) return "<td></td>";
  switch (found->second) {
    case Presence::kBoth:
      return "<td class=\"both\">&#9679;</td>";
    case Presence::kGoodOnly:
      return "<td class=\"good\" title=\"only without faults\">&minus;</td>";
    case Presence::kBadOnly:
      return "<td class=\"bad\" title=\"only in this run\">+</td>";
  }
  return "";
}

}  // namespace

std::string protocol_html_tables(const ProtocolFinding& finding) {
  std::vector<std::string> names;
  std::map<std::string, RelationTable> relations;
  std::set<uint32_t> times;
  for (const ProtocolTable& table : finding.tables) {
    if (relations.count(table.relation) == 0) names.push_back(table.relation);
    RelationTable& relation = relations[table.relation];
    for (const ProtocolRow& row : table.rows) {
      if (relation.cells.count(row.tuple) == 0) {
        if (relation.tuples.size() >= kMostTuples) {
          ++relation.left_out;
          continue;
        }
        relation.tuples.push_back(row.tuple);
      }
      relation.cells[row.tuple][table.time] = row.presence;
      relation.differs = relation.differs || row.presence != Presence::kBoth;
    }
    times.insert(table.time);
  }
  if (names.empty()) return "";
  std::string out =
      "<p class=\"soft\">&#9679; in both runs, &minus; only without faults, + only in "
      "this "
      "run. Relations that differ are open.</p>\n";
  for (const std::string& name : names) {
    const RelationTable& relation = relations[name];
    out += fmt::format(
        "<details{}><summary><code>{}</code>{}</summary><div class=\"wide\"><table "
        "class=\"times\">\n<thead><tr><th>tuple</th>",
        relation.differs ? " open" : "", escape_markup(name),
        relation.differs ? "" : " <span class=\"soft\">the same in both</span>");
    for (const uint32_t time : times) out += fmt::format("<th>{}</th>", time);
    out += "</tr></thead>\n<tbody>\n";
    for (const std::string& tuple : relation.tuples) {
      out += fmt::format("<tr><td><code>{}</code></td>", escape_markup(tuple));
      for (const uint32_t time : times) out += cell(relation.cells.at(tuple), time);
      out += "</tr>\n";
    }
    out += "</tbody></table></div>";
    if (relation.left_out > 0)
      out += fmt::format("<p class=\"soft\">{} more left out</p>", relation.left_out);
    out += "</details>\n";
  }
  if (finding.rows_left_out > 0) {
    out += fmt::format("<p class=\"soft\">{} more rows were left out.</p>\n",
                       finding.rows_left_out);
  }
  return out;
}

}  // namespace cutset::report
