// One evaluated time step, with everything that a run is asked about: shared by all runs
// that reach it with the same tuples, const once it is made.
//
// Nothing here knows its absolute time. A firing is a row of 32-bit words:
//   compiled rule | kAggregationFlag and aggregation, head, location, number of premises,
//   premises...
// and the bindings are read off its premises (firing_reader.h): negated premises and
// deliveries need no space.
//
// Thread rule: const.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dedalus/evaluation/provenance.h"

namespace cutset::dedalus {

inline constexpr size_t kFiringHeader = 4;
inline constexpr uint32_t kAggregationFlag = 1U << 31;

/// To a node, at the next time; also from a node to itself.
struct SentMessage {
  NodeIndex from = 0;
  NodeIndex to = 0;
  TupleId tuple = 0;
  friend auto operator<=>(const SentMessage&, const SentMessage&) = default;
};

struct FiringRef {
  TupleId head = 0;
  uint32_t at = 0;  // into Step::firings
};

struct Step {
  std::vector<TupleId> tuples;        // by relation, then ascending
  std::vector<uint32_t> begins;       // by relation (contributions included), and the end
  std::vector<TupleId> next;          // ascending
  std::vector<SentMessage> messages;  // ascending
  std::vector<uint32_t> firings;
  std::vector<FiringRef> derived;  // by head: firings of this time
  std::vector<FiringRef> emitted;  // by head: firings whose head is at the next time

  uint64_t used_tuples = 0;  // of the run's allowance
  uint64_t used_firings = 0;

  std::span<const TupleId> of(uint32_t relation) const {
    return {tuples.data() + begins[relation], tuples.data() + begins[relation + 1]};
  }
};

}  // namespace cutset::dedalus
