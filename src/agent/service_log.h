// Pieces of a service's output, as the keeper let the kernel write it.
//
// Thread rule: free function without state.
#pragma once

#include <string>

#include "cutset/agent/v1/agent.pb.h"

#include "base/result.h"

namespace cutset::agent {

/// At most 1 MiB from `offset`, or the last max_bytes (0: 64 KiB). Requires: a valid
/// request. Error: no such log.
Result<v1::ReadLogReply> read_service_log(const std::string& state_folder,
                                          const v1::ReadLogRequest& request);

}  // namespace cutset::agent
