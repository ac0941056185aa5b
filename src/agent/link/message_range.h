// A filter of the contract as the range of messages that stages know.
#pragma once

#include <optional>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/link/message_splitter.h"
#include "base/result.h"

namespace cutset::agent::link {

/// Nothing: the filter means all packets. Error: it names messages but no framing, or its
/// first message comes after its last.
Result<std::optional<MessageRange>> range_of(const v1::MessageFilter& filter);

}  // namespace cutset::agent::link
