// Disk pressure: one file of a stated size below a named folder, removed by undo. It
// never takes the last kDiskReserve of a file system: the agent itself must be able to go
// on. In a container the folder must be in a volume, whose place on the host outlives it.
//
// Record: the path of the file, whose name holds the mark of the agent that made it.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

inline constexpr uint64_t kDiskReserve = uint64_t{16} << 20;
inline constexpr const char* kDiskFillRecord = "disk-fill";

Result<std::string> check_disk_fill(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_disk_fill(const v1::Step& step, const FaultHost& host);
Status undo_disk_fill(const std::vector<std::string>& words);

}  // namespace cutset::agent
