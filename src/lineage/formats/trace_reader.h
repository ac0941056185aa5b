// A reader turns one trace format into spans; it is chosen by content, never by name.
// docs/adding-a-trace-format.md shows how the next one is added: one file here, one line
// in the table of trace_readers().
//
// Thread rule: readers have no state; read() may run in several threads.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lineage/formats/trace_input.h"
#include "lineage/span.h"

namespace cutset::lineage {

class TraceReader {
 public:
  virtual ~TraceReader() = default;

  /// "jaeger-json": as `cutset analyze` prints it.
  virtual std::string_view name() const = 0;
  /// One line for the user: "Jaeger UI or API JSON".
  virtual std::string_view describe() const = 0;
  /// Does a document that begins like this (at most kHeadBytes, cut anywhere) look like
  /// this format? The first reader of the table that says yes reads it.
  virtual bool recognises(std::string_view head) const = 0;
  /// Hands every span to `sink`. Error: bad_input with file, line and column; spans
  /// before it have been handed over. A span without a valid identity is rejected and the
  /// rest read on.
  virtual Status read(TraceInput& input, SpanSink& sink) const = 0;
};

/// What recognises() is shown.
constexpr size_t kHeadBytes = size_t{64} << 10;

/// All readers, in the order in which they are asked.
std::span<const TraceReader* const> trace_readers();

/// The reader for `input`, which loses nothing by it. Error: bad_input that says what was
/// found and lists the formats; a known format that is not for us (Chrome trace events)
/// is named.
Result<const TraceReader*> recognise_trace(TraceInput& input);

}  // namespace cutset::lineage
