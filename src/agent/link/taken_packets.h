// The record of faults that take packets by a mark: two tables of nftables that set it
// and act on it, and a rule that routes by it.
//
//   <inode of the namespace> <a process in it> "inet <table>" "netdev <table>" <mark>
//
// Thread rule: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/link/network_namespace.h"
#include "base/result.h"

namespace cutset::agent::link {

std::vector<std::string> taken_words(const NetworkNamespace& place, pid_t leader,
                                     const std::string& table, uint32_t mark);
/// Removes all of it; what is not there (any more) is no error.
Status undo_taken(const std::vector<std::string>& words);

}  // namespace cutset::agent::link
