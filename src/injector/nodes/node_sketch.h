// What a picture of a run of nodes needs, from what was seen of it: the places that its
// nodes had, the windows of its faults, and the writes that say most about its verdict.
//
// Thread rule: pure function.
#pragma once

#include <map>
#include <string>

#include "injector/nodes/node_evidence.h"
#include "lineage/messages/copies.h"
#include "lineage/messages/run_sketch.h"

namespace cutset::injector {

/// `read_from`: who answered the final read of a key, by node. `run`: with what is lost.
/// Empty for more nodes than can be drawn.
lineage::messages::RunSketch sketch_of_run(
    const SeenRun& seen,
    const std::map<std::string, lineage::messages::Lineage>& lineages,
    const std::map<std::string, int>& read_from, const campaign::nodes::NodeRun& run);

}  // namespace cutset::injector
