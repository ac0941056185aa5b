// All spans of an analysis until every file has been read, by trace: the spans of a trace
// may lie anywhere in the input. In memory up to a bound, on disk beyond it.
//
// Guarantees: for_each_trace() gives the same traces in the same order, whether or not
// anything was spilled, and whatever the order in which spans came.
//
// Cost: memory about Limits::most_bytes while spans come; afterwards one partition, a
// 64th of all. A single trace is always held in memory as a whole.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "lineage/span.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

class SpanCollection : public SpanSink {
 public:
  struct Limits {
    size_t most_bytes = size_t{512} << 20;  // in memory, before spans go to disk
    std::string folder;                     // for the spilled spans; "": TMPDIR or /tmp
  };

  explicit SpanCollection(Limits limits);
  SpanCollection() : SpanCollection(Limits()) {}
  ~SpanCollection() override;
  SpanCollection(const SpanCollection&) = delete;
  SpanCollection& operator=(const SpanCollection&) = delete;

  void add(const SpanView& span) override;
  void reject(std::string_view reason) override;

  uint64_t spans() const;    // added so far
  int64_t rejected() const;  // so far
  const std::string& first_reason() const;
  uint64_t spilled_bytes() const;
  size_t bytes() const;  // in memory now, about

  /// The services at the addresses that callers called, as the spans show
  /// (address_book.h). Before for_each_trace().
  std::map<std::string, std::string> addresses();

  /// The spans of one trace: indices into `table`, in order of arrival.
  using Visit =
      std::function<Status(const SpanTable& table, std::span<const uint32_t> spans)>;
  /// Every trace, in ascending order of TraceId::hash(), then of the id. Stops at the
  /// first error. Spans may be added before, not after.
  /// Error: the disk is full or broken (also of an add() before), or what `visit` gave.
  Status for_each_trace(const Visit& visit);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::lineage
