// Which service answers at which address, learned from the calls of which both halves
// were seen. A call that was refused has the caller's half only, and without this it
// would be another call than the one that succeeded: its callee would be
// "127.0.0.1:7302".
//
// Guarantees: the result does not depend on the order of spans, nor on how they are
// divided among calls of learn(). An address at which several services answered (a proxy,
// an address used twice) is not in it.
//
// Memory: at most kMostHalves halves are kept; beyond that, those of half of the traces
// are forgotten, by hash, as often as needed.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lineage/name_table.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

class AddressBook {
 public:
  static constexpr size_t kMostHalves = size_t{1} << 19;

  explicit AddressBook(size_t most_halves = kMostHalves) : most_halves_(most_halves) {}

  /// The spans of `table` from `first` on.
  void learn(const SpanTable& table, size_t first = 0);

  /// "host:port" or, where no port is known, "host" -> service.
  std::map<std::string, std::string> addresses() const;

 private:
  struct Half {
    TraceId trace;
    SpanId id = 0;                    // of the caller's half
    NameId name = NameTable::kEmpty;  // the address or the service
    friend auto operator<=>(const Half&, const Half&) = default;
  };
  void keep(std::vector<Half>& halves, const Half& half);
  void forget_half();

  size_t most_halves_;
  NameTable names_;
  std::vector<Half> callers_;
  std::vector<Half> callees_;
  uint64_t threshold_ = UINT64_MAX;  // traces with a larger hash are forgotten
};

}  // namespace cutset::lineage
