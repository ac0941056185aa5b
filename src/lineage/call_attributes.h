// The attributes that every instrumentation has its own name for, found in one pass over
// a span.
//
// Thread rule: values; pure functions. The texts are the table's.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lineage/span_table.h"

namespace cutset::lineage {

enum class Known : uint8_t {
  kMethod,
  kRoute,
  kUrl,     // with or without scheme and host
  kTarget,  // path and query
  kPath,    // without query
  kQuery,
  kStatus,  // of HTTP
  kRpcService,
  kRpcMethod,
  kDbSystem,
  kDbName,
  kDbOperation,
  kDbTable,
  kStatement,
  kMessagingSystem,
  kMessagingDestination,
  kPeer,
  kAddress,
  kPort,
  kCount,
};

class KnownValues {
 public:
  std::string_view operator[](Known known) const {
    return values_[static_cast<size_t>(known)];
  }

 private:
  friend class KnownAttributes;
  std::array<std::string_view, static_cast<size_t>(Known::kCount)> values_;
};

/// For the spans of one table as it is now.
class KnownAttributes {
 public:
  explicit KnownAttributes(const SpanTable& table);

  /// Where a span has several names of one thing, the newer convention's counts.
  KnownValues of(const StoredSpan& span) const;

 private:
  static constexpr size_t kSlots = 128;  // a power of two, twice the names
  struct Slot {
    NameId name = NameTable::kNone;
    uint8_t row = 0;
  };
  const SpanTable& table_;
  std::array<Slot, kSlots> slots_;
};

/// One half of a call with what is known of it. span == nullptr: it was not seen.
struct Half {
  const StoredSpan* span = nullptr;
  SpanStatus status = SpanStatus::kUnset;  // united over repeats
  KnownValues known;
};

}  // namespace cutset::lineage
