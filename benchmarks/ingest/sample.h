// Real samples, repeated with new ids until they are as large as a benchmark wants them.
//
// Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "lineage/span_table.h"

namespace cutset::benchmark {

/// Jaeger JSON of at least `bytes`: the traces of `document`, {"data":[...]} without
/// white space, again and again with other trace ids.
Result<std::string> repeat_jaeger(const std::string& document, size_t bytes);

/// OTLP/JSON lines, packed with zstd, in `files` files of `folder`: `copies` of all spans
/// of `table`, each with other trace ids. The first span of every trace comes first, then
/// the second of every trace: the spans of a trace are spread over all files.
/// Returns the bytes before packing.
Result<uint64_t> write_spread_lines(const lineage::SpanTable& table, uint64_t copies,
                                    const std::string& folder, int files);

/// The file's bytes, unpacked.
Result<std::string> load(const std::string& path);

}  // namespace cutset::benchmark
