// Memory: a process of ours holds so many bytes, touched so that they are really taken,
// inside the instance's cgroup if it has one. It never takes the last kMemoryReserve of
// the host, and it is the first one that the kernel kills when memory runs out.
#pragma once

#include "agent/faults/fault.h"

namespace cutset::agent {

inline constexpr uint64_t kMemoryReserve = uint64_t{256} << 20;

Result<std::string> check_memory(const v1::Step& step, const FaultHost& host);
std::unique_ptr<Fault> make_memory(const v1::Step& step, const FaultHost& host);

}  // namespace cutset::agent
