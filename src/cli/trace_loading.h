// Trace files and a Jaeger server into a SpanCollection, with progress on stderr.
//
// Thread rule: one thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lineage/span_collection.h"
#include "report/analysis.h"

namespace cutset::cli {

/// A Jaeger server to ask, besides files.
struct JaegerOptions {
  std::string address;  // HOST:PORT of its gRPC query service; "": none
  std::string service;
  std::string operation;
  std::string since = "1h";
  int most_traces = 1000;
};

struct LoadedTraces {
  std::vector<report::AnalysedFile> files;
  /// Traces of which spans may be missing, ascending.
  std::vector<lineage::TraceId> cut_off;
  bool named_file_refused = false;  // one that was given by name, not found in a folder
};

/// Error: nothing could be read at all, or stopped by the user.
Result<LoadedTraces> load_traces(const std::vector<std::string>& paths,
                                 const JaegerOptions& jaeger, bool progress,
                                 lineage::SpanCollection& spans);

}  // namespace cutset::cli
