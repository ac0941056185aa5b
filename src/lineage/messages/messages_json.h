// "cutset-messages/1": a MessageExecution as JSON (docs/formats.md,
// schema/cutset-messages.schema.json). Times stand relative to begin_ns; a message is a
// row.
#pragma once

#include <string>
#include <string_view>

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

constexpr size_t kLargestMessagesFile = size_t{512} << 20;

std::string to_json(const MessageExecution& execution);
/// Error: bad_input with `file` and the field; what is too large, out of range or of
/// another version is refused.
Result<MessageExecution> from_json(std::string_view text, const std::string& file);

}  // namespace cutset::lineage::messages
