// Minimal supports of a derivation graph, a few of them: sets of events each of which is
// enough (DESIGN, "Words"). Sampled by taking leaves away one by one; supports are never
// expanded, there are exponentially many.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "lineage/derivation_graph.h"

namespace cutset::lineage {

/// The root holds under every fault set that takes nothing of `events` and contains
/// `condition`; of no proper part of them this can be said.
struct GraphSupport {
  std::vector<uint32_t> condition;  // ascending
  std::vector<uint32_t> events;     // ascending
  friend auto operator<=>(const GraphSupport&, const GraphSupport&) = default;
};

/// Distinct, those without a condition first; `failures`: sets of events that were seen
/// to fail together, tried as conditions in this order.
std::vector<GraphSupport> sample_supports(
    const DerivationGraph& graph, NodeId root,
    const std::vector<std::vector<uint32_t>>& failures, size_t most);

}  // namespace cutset::lineage
