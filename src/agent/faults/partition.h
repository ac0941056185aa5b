// Partition: packets between the target and its peers are lost without a word, in one
// direction or both, on connections that are open too. By nftables in the target's
// network namespace, in a table of its own for each step, before connection tracking;
// partitions of one target compose, and healing one removes its table and nothing else.
//
// Record: see agent/link/taken_packets.h.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

inline constexpr const char* kPartitionRecord = "partition";

Result<std::string> check_partition(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_partition(const v1::Step& step, const FaultHost& host);
Status undo_partition(const std::vector<std::string>& words);

}  // namespace cutset::agent
