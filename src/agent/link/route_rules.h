// The rule "packets with this mark use this table" and the table's only route, by
// rtnetlink. Called inside the network namespace they are for.
//
// Thread rule: free functions, they block shortly.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace cutset::agent::link {

/// For IPv4, and IPv6 where the namespace has it.
Status add_rule(uint32_t mark, uint32_t table);
/// Into a device; goes with it.
Status add_default_route(uint32_t table, unsigned device_index);
/// To this machine itself, whatever the destination: such packets come to loopback, where
/// a rule of nftables loses them. Their sender sees nothing of it.
Status add_void_route(uint32_t table);
/// Every rule with just this mark and table, and the table's void route; none is no
/// error.
Status remove_rule(uint32_t mark, uint32_t table);

}  // namespace cutset::agent::link
