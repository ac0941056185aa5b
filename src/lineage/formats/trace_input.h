// The bytes of one trace file, whatever they are packed in: plain, gzip or zstd, a file,
// standard input or memory.
//
// Bounds: a stream that grows beyond Limits::most_ratio times its packed size, or beyond
// Limits::most_bytes, is refused (zip bombs); at most Limits::most_whole bytes are held
// at once.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::lineage {

class TraceInput {
 public:
  struct Limits {
    uint64_t most_bytes = uint64_t{1} << 40;  // unpacked, in all
    /// What is held at once: a whole document, or one line. simdjson's own limit is 4
    /// GiB.
    uint64_t most_whole = (uint64_t{4} << 30) - 4096;
    uint64_t most_ratio = 300;                  // unpacked to packed...
    uint64_t ratio_after = uint64_t{64} << 20;  // ...once this many bytes came out
  };
  /// Bytes behind the last one of every view that are readable (simdjson needs them).
  static constexpr size_t kPadding = 64;

  /// `path`: a file; "-": standard input. Error: bad_input or unavailable, with the name.
  static Result<std::unique_ptr<TraceInput>> open(const std::string& path,
                                                  const Limits& limits);
  static Result<std::unique_ptr<TraceInput>> open(const std::string& path) {
    return open(path, Limits());
  }
  /// For tests and fuzzers; packed bytes are unpacked here too.
  static Result<std::unique_ptr<TraceInput>> from_bytes(std::string name,
                                                        std::string bytes,
                                                        const Limits& limits);
  ~TraceInput();
  TraceInput(const TraceInput&) = delete;
  TraceInput& operator=(const TraceInput&) = delete;

  const std::string& name() const;  // for errors: the path, or "<standard input>"
  /// What it was packed in: "plain", "gzip" or "zstd".
  std::string_view packing() const;

  /// The next bytes, at least `bytes` of them if there are so many, without taking them.
  Result<std::string_view> peek(size_t bytes);
  /// Everything that has not been taken, which is taken. Valid until the next call.
  Result<std::string_view> take_whole();
  /// The next line without its end; `end` is set and "" returned after the last. Valid
  /// until the next call.
  Result<std::string_view> take_line(bool& end);
  /// Exactly `bytes` bytes; fewer only at the end. Valid until the next call.
  Result<std::string_view> take(size_t bytes);

  /// From now on nothing more is read: takes fail with an interrupted error once what is
  /// in memory is used up.
  void stop();

  /// 1-based number of the line that take_line() gave last; else 1 + the lines taken.
  int line() const;
  /// Offset (in unpacked bytes) of what was taken last.
  uint64_t offset() const;
  uint64_t packed_bytes() const;    // read so far
  uint64_t unpacked_bytes() const;  // came out so far

 private:
  class Impl;
  explicit TraceInput(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::lineage
