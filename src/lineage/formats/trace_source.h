// Where the bytes of a trace file come from, and the layers that unpack them.
//
// Thread rule: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace cutset::lineage {

class TraceSource {
 public:
  virtual ~TraceSource() = default;
  /// Up to `capacity` bytes into `buffer`; 0: the end.
  virtual Result<size_t> read(char* buffer, size_t capacity) = 0;
  /// What is still to come, if that is known; else 0.
  virtual uint64_t bytes_left() const { return 0; }
};

/// Error: unavailable, with the path. "-": standard input.
Result<std::unique_ptr<TraceSource>> open_source(const std::string& path);
std::unique_ptr<TraceSource> memory_source(std::string bytes);
/// `name` is for errors.
std::unique_ptr<TraceSource> gzip_source(std::unique_ptr<TraceSource> packed,
                                         std::string name);
std::unique_ptr<TraceSource> zstd_source(std::unique_ptr<TraceSource> packed,
                                         std::string name);

}  // namespace cutset::lineage
