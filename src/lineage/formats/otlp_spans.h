// OTLP messages as spans: one conversion for files (otlp_protobuf.cpp),
// for the receiver and for the Jaeger client. Reads the bytes in place, without generated
// classes: no copy of any text is made, and the spans of a message come at several times
// the rate at which protobuf would only parse it.
//
// As protobuf: unknown fields are passed over, texts must be UTF-8, and bytes that are no
// message are refused as a whole.
//
// Bounds: attribute values nested more than 32 deep are an error; attributes and links
// of one span beyond 4096 and 1024 are left out.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "lineage/span.h"

namespace cutset::lineage {

/// A TracesData or an ExportTraceServiceRequest, which are the same on the wire.
/// `offset`: of the message in what the user knows, for errors. Error: bad_input that
/// begins with "byte N: "; spans before it have been handed over.
Status spans_from_otlp(std::string_view message, SpanSink& sink, uint64_t offset = 0);

/// One ResourceSpans.
Status spans_from_otlp_group(std::string_view resource_spans, SpanSink& sink,
                             uint64_t offset = 0);

}  // namespace cutset::lineage
