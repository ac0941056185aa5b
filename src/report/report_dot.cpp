#include "report/report_dot.h"

#include <fmt/format.h>

#include "report/escape.h"
#include "report/words.h"

namespace cutset::report {

namespace {

std::string node(const lineage::Call& call, size_t index) {
  const identity::Point& point = call.id.points.back();
  const std::string operation = operation_words(call.id.text());
  // The line break is Graphviz's own escape, so it stands between two quoted texts'
  // contents.
  const std::string service = quote_dot(point.callee);
  const std::string label =
      service.substr(0, service.size() - 1) + "\\n" + quote_dot(operation).substr(1);
  const char* style = call.fault
                          ? ", color=\"#c62828\", fontcolor=\"#c62828\", penwidth=2"
                      : call.executed ? ""
                                      : ", style=dashed";
  return fmt::format("  c{} [label={}{}];\n", index, label, style);
}

std::string edge(const lineage::Call& call, size_t index) {
  const std::string from = call.parent < 0 ? "client" : fmt::format("c{}", call.parent);
  std::string label = answer_words(call.seen);
  if (call.fault) label = call.fault->text();
  return fmt::format("  {} -> c{} [label={}{}];\n", from, index, quote_dot(label),
                     call.fault ? ", color=\"#c62828\", fontcolor=\"#c62828\"" : "");
}

}  // namespace

std::string report_dot(const lineage::Execution& execution) {
  std::string out = fmt::format("digraph {} {{\n", quote_dot("run " + execution.run));
  out += "  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n";
  out += "  edge [fontname=\"sans-serif\", fontsize=10];\n  client [shape=ellipse];\n";
  for (size_t i = 0; i < execution.calls.size(); ++i) out += node(execution.calls[i], i);
  for (size_t i = 0; i < execution.calls.size(); ++i) out += edge(execution.calls[i], i);
  return out + "}\n";
}

}  // namespace cutset::report
