// What a run was like besides its verdict (campaign::nodes::RunProfile), from its
// messages. Thread rule: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "campaign/nodes/node_experimenter.h"
#include "lineage/messages/reactions.h"

namespace cutset::injector {

campaign::nodes::RunProfile profile_of(
    const lineage::messages::MessageExecution& execution,
    const lineage::messages::Roles& roles,
    const std::map<std::string, lineage::messages::Lineage>& lineages,
    const std::vector<lineage::messages::Reaction>& reactions);

}  // namespace cutset::injector
