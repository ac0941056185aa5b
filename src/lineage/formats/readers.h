// The readers, one function for each: its file beside this one has the same name.
//
// Thread rule: as trace_reader.h.
#pragma once

#include "lineage/formats/trace_reader.h"

namespace cutset::lineage {

const TraceReader& otlp_json_reader();      // OTLP/JSON, JSON lines, Tempo's answers
const TraceReader& otlp_protobuf_reader();  // TracesData, framed and not
const TraceReader& jaeger_json_reader();
const TraceReader& zipkin_v2_reader();
const TraceReader& zipkin_v1_reader();
const TraceReader& nezha_csv_reader();
const TraceReader& alibaba_csv_reader();
const TraceReader& prov_json_reader();

}  // namespace cutset::lineage
