// The packet filter of a capture: the kernel copies only what it lets through.
#pragma once

#include <set>
#include <string>

#include "agent/capture/packet.h"

namespace cutset::agent::capture {

/// Lets through, of what has a server at an end: all that leaves the node, and what comes
/// in from addresses that are not in `elsewhere` (those nodes record what they send
/// themselves; that it arrived shows in the acknowledgements that leave here). Datagrams
/// have no acknowledgements: they are let in from everywhere.
/// Too many servers for one filter: their addresses are left out.
std::string filter_text(const std::set<Endpoint>& servers,
                        const std::set<Address>& elsewhere);

}  // namespace cutset::agent::capture
