// A span as one run of bytes with all its texts: how live spans are stored and spilled
// ones written. Read by the process that wrote it only, so its layout has no version.
//
// Thread rule: pack_span(): pure. PackedSpan: a view of bytes that do not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "lineage/span.h"

namespace cutset::lineage {

/// Appends the span, its texts cut as SpanTable cuts them. `hash` is the caller's
/// (PackedSpan::hash()).
void pack_span(const SpanView& span, uint64_t hash, std::string& bytes);

class PackedSpan {
 public:
  /// The first bytes of a packed span are its size(), as a uint32_t.
  explicit PackedSpan(const char* bytes) : bytes_(bytes) {}

  const char* bytes() const { return bytes_; }
  size_t size() const;
  TraceId trace() const;
  uint64_t hash() const;
  /// The same span sent again: (trace id, span id, kind, service), and an equal hash.
  bool same_identity(const PackedSpan& other) const;
  void unpack(SpanSink& sink) const;

 private:
  const char* bytes_;
};

}  // namespace cutset::lineage
