// Trace files, folders of them and standard input, read one after the other into a sink.
//
// Guarantees: files of a folder are read in the order of their paths; a file that cannot
// be read is listed with the reason, and the others go on. Hidden files and folders are
// left out. A folder that is reached twice, by links too, is read once.
//
// Thread rule: one thread; the functions of a watch are called in it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lineage/formats/trace_input.h"
#include "lineage/span.h"

namespace cutset::lineage {

/// One input as it was read.
struct TraceFile {
  std::string path;
  bool named = false;        // given by name, not found in a folder
  std::string format;        // TraceReader::name(); "" if it is none of them
  std::string packing;       // "plain", "gzip", "zstd"
  uint64_t bytes = 0;        // unpacked
  int64_t spans = 0;         // handed over
  int64_t rejected = 0;      // without a valid identity
  std::string first_reason;  // of the first of them
  /// Why it was not read to its end. Its spans before that place were handed over.
  std::optional<Error> refused;
  /// Then: the traces of those spans, ascending. What else they have is not known, so
  /// they are evidence for nothing.
  std::vector<TraceId> cut_off;
};

struct TraceProgress {
  std::string_view path;  // being read
  size_t files_done = 0;
  size_t files = 0;
  uint64_t bytes_done = 0;  // as they are packed
  uint64_t bytes = 0;       // of all files; standard input is not counted
  int64_t spans = 0;
};

struct TraceFilesOptions {
  size_t most_files = 100'000;
  TraceInput::Limits input;
  std::function<void(const TraceProgress&)> progress;  // often; may be empty
  std::function<bool()> stopped;                       // asked often; may be empty
};

/// `paths`: files, folders, and "-" for standard input.
/// Error: usage, a path that is not there; bad_input, more than most_files; interrupted,
/// if `stopped` said so. A path that is there and cannot be read is no error but refused.
Result<std::vector<TraceFile>> read_trace_files(const std::vector<std::string>& paths,
                                                SpanSink& sink,
                                                const TraceFilesOptions& options);

}  // namespace cutset::lineage
