// What is in trace files by plain counting, before anything is joined or judged. The
// rules are deliberately simple, so that a few lines of script give the same figures
// (docs/formats.md, "raw").
//
// Rules: records count as they came, in order of arrival. A parent is the first record
// with its id in the same trace. A time that a record does not give is 0. A record that
// tells of caller and callee (SpanView::twin) counts once, both its services count.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>

#include "lineage/span_table.h"

namespace cutset::lineage {

struct RawCounts {
  int64_t traces = 0;
  int64_t spans = 0;      // records, repeats included
  int64_t services = 0;   // distinct names, "" not counted
  int64_t max_spans = 0;  // of the largest trace
  int64_t orphans = 0;    // the parent id is not in the input
  int64_t dup_ids = 0;    // records that repeat a (trace id, span id)
  int64_t shared = 0;     // Zipkin's shared: true
  int64_t errors = 0;     // status error, or an HTTP status of 500 and more
  int64_t absorbed = 0;   // errors whose parent is there and is none
  int64_t retry = 0;      // failed, and a later sibling of equal service, operation
  int64_t skew = 0;       // starts before its parent
  int64_t outlive = 0;    // ends after its parent
  int64_t links = 0;
  int64_t async = 0;  // producer and consumer kinds

  friend bool operator==(const RawCounts&, const RawCounts&) = default;
};

class RawCounter {
 public:
  /// The spans of one whole trace.
  void add(const SpanTable& table, std::span<const uint32_t> spans);
  RawCounts counts() const;

 private:
  RawCounts counts_;
  std::set<std::string, std::less<>> services_;
};

}  // namespace cutset::lineage
