// Spans made by hand or at random, and trees as text that can be compared.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lineage/span_table.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {

/// A span that owns its texts.
struct OwnedSpan {
  TraceId trace{0, 1};
  SpanId id = 0;
  SpanId parent = 0;
  SpanKind kind = SpanKind::kUnspecified;
  std::string service = {};
  std::string operation = {};
  int64_t start_ns = 0;
  bool shared = false;
  SpanStatus status = SpanStatus::kUnset;
  std::vector<std::pair<std::string, std::string>> attributes = {};
  int64_t end_ns = 0;
  bool follows_from = false;
  std::string peer = {};

  void add_to(SpanSink& sink) const {
    std::vector<SpanAttribute> views;
    for (const auto& [key, value] : attributes) views.push_back({key, value});
    SpanView view;
    view.trace = trace;
    view.id = id;
    view.parent = parent;
    view.kind = kind;
    view.service = service;
    view.operation = operation;
    view.start_ns = start_ns;
    view.end_ns = end_ns;
    view.shared = shared;
    view.follows_from = follows_from;
    view.status = status;
    view.peer = peer;
    view.attributes = views;
    sink.add(view);
  }
};

inline SpanTable table_of(const std::vector<OwnedSpan>& spans) {
  SpanTable table;
  for (const OwnedSpan& span : spans) span.add_to(table);
  return table;
}

inline std::vector<uint32_t> all_spans(const SpanTable& table) {
  std::vector<uint32_t> indices(table.spans().size());
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

/// One line a span, indented by depth, by content only: no number that depends on the
/// order of arrival is in it.
inline std::string show(const SpanTable& table, const TraceTree& tree) {
  std::string text;
  std::vector<size_t> depth(tree.spans.size(), 0);
  for (size_t at = 0; at < tree.spans.size(); ++at) {
    const TreeSpan& span = tree.spans[at];
    if (span.parent >= 0) depth[at] = depth[static_cast<size_t>(span.parent)] + 1;
    const StoredSpan& stored = table.spans()[span.span];
    // Of deep chains the depth is told, not drawn.
    const std::string indent = depth[at] < 100 ? std::string(2 * depth[at], ' ')
                                               : fmt::format("[{}] ", depth[at]);
    text += fmt::format("{}{:x} {} {} {}", indent, stored.id, table.name(stored.service),
                        table.name(stored.operation), span_kind_name(stored.kind));
    if (stored.shared) text += " shared";
    if (span.orphan) text += " orphan";
    if (span.status == SpanStatus::kError) text += " error";
    for (const SpanTable::Attribute& attribute : table.attributes(stored)) {
      text += fmt::format(" {}={}", table.name(attribute.key), table.value(attribute));
    }
    text += '\n';
  }
  return text;
}

inline std::string counts(const TraceTree& tree) {
  return fmt::format("repeats {} united {} orphans {} cycles {}", tree.repeats,
                     tree.united, tree.orphans, tree.cycles);
}

inline size_t below(std::mt19937_64& random, size_t bound) {
  return static_cast<size_t>(random() % bound);
}

/// Anything that traces of the field contain: shared ids, repeats with other content,
/// missing parents, cycles, equal starts.
inline std::vector<OwnedSpan> random_trace(std::mt19937_64& random, TraceId trace) {
  std::vector<OwnedSpan> spans(1 + below(random, 40));
  for (OwnedSpan& span : spans) {
    span.trace = trace;
    span.id = 1 + below(random, 30);
    span.parent = below(random, 4) == 0 ? below(random, 40) : below(random, span.id);
    span.kind = static_cast<SpanKind>(below(random, 6));
    span.service = std::string(1, static_cast<char>('a' + below(random, 4)));
    span.operation = std::string(1, static_cast<char>('p' + below(random, 3)));
    span.start_ns = static_cast<int64_t>(below(random, 20));
    span.end_ns = span.start_ns + static_cast<int64_t>(below(random, 20));
    span.shared = below(random, 5) == 0;
    span.follows_from = below(random, 9) == 0;
    span.status = static_cast<SpanStatus>(below(random, 3));
    if (below(random, 3) == 0) span.attributes = {{"key", std::to_string(random() % 3)}};
  }
  return spans;
}

}  // namespace cutset::lineage
