// The helper commands of cutset-agent that press on the machine, run by the keeper for
// the faults cpu and memory (agent/faults). Each stops itself before it begins, until it
// gets SIGCONT, and ends by itself after SECONDS.
//
//   cutset-agent burn-cpu CORES SECONDS
//   cutset-agent hold-memory BYTES RESERVE SECONDS
//
// Thread rule: run_pressure() is a process's whole life; the others are free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cutset::agent {

/// Nothing if the arguments are none of these commands; otherwise the exit code, when its
/// time is over.
std::optional<int> run_pressure(const std::vector<std::string>& arguments);

/// MemAvailable of the host; 0 if it cannot be seen.
uint64_t available_memory();
/// What a process has in memory; 0 if it is gone.
uint64_t resident_memory(pid_t pid);
/// CPU time of a process so far, in clock ticks; 0 if it is gone.
uint64_t cpu_ticks(pid_t pid);

}  // namespace cutset::agent
