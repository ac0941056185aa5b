// Which points carry a content key (docs/concepts/identity.md).
//
// A point is keyed if, in fault-free runs, equal siblings (same parent, callee and
// signature) differ in content, and every run saw the same contents: then the content,
// not the order of arrival, says which is which. Content that changes from run to run is
// no key.
//
// Thread rule: pure functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

namespace cutset::injector {

/// "callee:signature" of the points that should be keyed, from at least two fault-free
/// runs.
std::set<std::string> points_to_key(const std::vector<agent::v1::CollectRunReply>& runs);

}  // namespace cutset::injector
