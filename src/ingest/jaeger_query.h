// Traces out of a running Jaeger, over its gRPC query service (api_v3, port 16685), whose
// answers are OTLP. They are asked for as stored: by default Jaeger shifts clocks and
// renames spans before it answers.
//
// Bounds: one message 64 MiB, everything the deadline; what the spans need is the sink's
// business. A trace may come in several messages, cut anywhere.
//
// Thread rule: functions without state; the caller's thread waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lineage/span.h"

namespace cutset::ingest {

struct JaegerQuery {
  std::string address;    // "host:port"
  std::string service;    // spans of it must be in the trace
  std::string operation;  // "": any
  int64_t start_ns = 0;   // UTC; 0: an hour before the end
  int64_t end_ns = 0;     // UTC; 0: now
  int most_traces = 100;
  bool raw = true;  // as stored
  std::chrono::milliseconds deadline{30'000};
};

/// Hands every span of the traces found to `sink`; spans without a valid identity are
/// rejected there. Error: usage (the query cannot be), unavailable (nobody there, not in
/// time, no such service: with those that there are, no traces), bad_input (an answer
/// that is no OTLP); spans before it have been handed over.
Status query_jaeger(const JaegerQuery& query, lineage::SpanSink& sink);

/// The services that this Jaeger has traces of, sorted.
Result<std::vector<std::string>> jaeger_services(const std::string& address,
                                                 std::chrono::milliseconds deadline);

}  // namespace cutset::ingest
