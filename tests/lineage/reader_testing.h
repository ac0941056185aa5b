// Readers run over bytes, and their spans as text.
//
// Thread rule: values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lineage/formats/trace_reader.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

struct Reading {
  std::string format;  // "": no reader wanted it
  SpanTable table;
  std::string error;  // "": read to the end
};

inline Reading read_bytes(std::string bytes, const std::string& name = "input") {
  Reading reading;
  auto input = TraceInput::from_bytes(name, std::move(bytes), {});
  EXPECT_TRUE(input.ok());
  const auto reader = recognise_trace(**input);
  if (!reader.ok()) {
    reading.error = reader.error().text();
    return reading;
  }
  reading.format = (*reader)->name();
  const Status status = (*reader)->read(**input, reading.table);
  if (!status.ok()) reading.error = status.error().text();
  return reading;
}

inline std::string show_span(const SpanTable& table, const StoredSpan& span) {
  std::string text = fmt::format("{:x}{:016x} {:x} <- {:x} {} '{}' '{}' peer '{}' {}..{}",
                                 span.trace.high, span.trace.low, span.id, span.parent,
                                 span_kind_name(span.kind), table.name(span.service),
                                 table.name(span.operation), table.name(span.peer),
                                 span.start_ns, span.end_ns);
  if (span.shared) text += " shared";
  if (span.twin) text += " twin";
  if (span.follows_from) text += " follows";
  if (span.status == SpanStatus::kOk) text += " ok";
  if (span.status == SpanStatus::kError) text += " error";
  for (const SpanTable::Attribute& attribute : table.attributes(span))
    text += fmt::format(" {}={}", table.name(attribute.key), table.value(attribute));
  for (const SpanLink& link : table.links(span))
    text += fmt::format(" -> {:x}", link.span);
  return text;
}

inline std::string show(const Reading& reading) {
  std::string text = "format " + reading.format + "\n";
  for (const StoredSpan& span : reading.table.spans())
    text += show_span(reading.table, span) + "\n";
  if (reading.table.rejected() > 0) {
    text += fmt::format("rejected {}: {}\n", reading.table.rejected(),
                        reading.table.first_reason());
  }
  if (!reading.error.empty()) text += "error " + reading.error + "\n";
  return text;
}

}  // namespace cutset::lineage
