// What an agent tells of its capture (proto capture.proto), as lineage's values.
#pragma once

#include "base/result.h"
#include "lineage/messages/merge_captures.h"

namespace cutset::agent::v1 {
class CapturedBatch;
}

namespace cutset::injector {

/// Adds a batch. Connections come before what is on them.
/// Error: bad_input for what no agent sends.
Status add_batch(const agent::v1::CapturedBatch& batch,
                 lineage::messages::NodeCapture& capture);

}  // namespace cutset::injector
