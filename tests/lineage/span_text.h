// Spans as text, one a line, so that what a reader made can be compared and read.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "lineage/span_table.h"

namespace cutset::lineage {

/// `trace/id<parent kind status service.operation -> peer start+duration {key=value}
/// [link]`
inline std::string text_of(const SpanTable& table, const StoredSpan& span) {
  const char* status = span.status == SpanStatus::kError ? " error"
                       : span.status == SpanStatus::kOk  ? " ok"
                                                         : "";
  const auto short_hex = [](uint64_t value) { return fmt::format("{:x}", value); };
  std::string text =
      fmt::format("{}{}/{}{}{}{} {}{} {}.{}",
                  span.trace.high == 0 ? "" : short_hex(span.trace.high) + ":",
                  short_hex(span.trace.low), short_hex(span.id), span.shared ? "s" : "",
                  span.parent == 0 ? "" : "<" + short_hex(span.parent),
                  span.follows_from ? "~" : "", span_kind_name(span.kind), status,
                  table.name(span.service), table.name(span.operation));
  if (!table.name(span.peer).empty())
    text += fmt::format(" -> {}", table.name(span.peer));
  text += fmt::format(" {}+{}", span.start_ns, span.end_ns - span.start_ns);
  for (const SpanTable::Attribute& attribute : table.attributes(span))
    text += fmt::format(" {}={}", table.name(attribute.key), table.value(attribute));
  for (const SpanLink& link : table.links(span)) {
    text += fmt::format(" [{}/{}{}]", short_hex(link.trace.low), short_hex(link.span),
                        link.child_of ? " child_of" : "");
  }
  return text;
}

inline std::vector<std::string> texts_of(const SpanTable& table) {
  std::vector<std::string> texts;
  for (const StoredSpan& span : table.spans()) texts.push_back(text_of(table, span));
  return texts;
}

}  // namespace cutset::lineage
