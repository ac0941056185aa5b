// Whether runs are alike, and how much of what can happen has not been seen yet.
//
// Two runs are of one class if their graphs agree after normalising: no names, ports,
// times and counts; which roles sent which kinds of messages to which, how writes came to
// their copies, and which reactions there were.
#pragma once

#include "lineage/messages/identities.h"
#include "lineage/messages/reactions.h"

namespace cutset::lineage::messages {

/// FNV-64 of the normal form.
uint64_t run_class(const MessageExecution& execution, const Roles& roles,
                   const Identities& identities,
                   const std::map<std::string, Lineage>& lineages,
                   const std::vector<Reaction>& reactions);

struct UnseenMass {
  size_t runs = 0;
  size_t classes = 0;
  size_t singletons = 0;  // classes seen once
  /// Good and Turing's estimate of the chance that the next run is of a class not seen
  /// yet: singletons / runs. 1 without runs.
  double estimate = 1;
};
UnseenMass unseen_mass(const std::vector<uint64_t>& classes_of_runs);

}  // namespace cutset::lineage::messages
