// The rule "packets with this mark use this table" and the table's only route, by
// rtnetlink. Called inside the network namespace they are for.
//
// Thread rule: free functions, they block shortly.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace cutset::agent::link {

/// IPv4, and IPv6 where the namespace has it. The route goes with its device, the rule
/// stays until remove_rule().
Status add_rule(uint32_t mark, uint32_t table);
Status add_default_route(uint32_t table, unsigned device_index);
/// Every rule with just this mark and table; none is no error.
Status remove_rule(uint32_t mark, uint32_t table);

}  // namespace cutset::agent::link
