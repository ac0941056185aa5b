// What is known of the messages of a run, as text: roles, what the copies of writes rest
// on, how those died that are gone, and what the system did by itself.
#pragma once

#include <string>

#include "lineage/messages/message_execution.h"

namespace cutset::report {

std::string messages_text(const lineage::messages::MessageExecution& execution);

}  // namespace cutset::report
