// Samples of what the host and its instances use: counters that never go back, so that
// rates can be made of any two of them.
//
// - The host: CPU and memory of the machine; traffic of the agent's network namespace,
//   loopback included; the whole disks.
// - An instance: its processes, added up. What a process took that ended between two
//   samples without being waited for is lost. Memory is what they do not share with
//   others. Traffic only where it has a network namespace of its own; who shares one
//   cannot be told apart.
//
// Where a container's first process is not known, its engine is asked; not more than once
// a second for each, and when it is slow the other ones are left for the next samples.
//
// Thread rule: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/plan/instances.h"

namespace cutset::agent {

class Sampler {
 public:
  Sampler();

  v1::ResourceSample host();
  /// Of those instances that are on this host and run.
  std::vector<v1::ResourceSample> instances(const Instances& instances);
  /// CPU time that this thread has spent in the functions above.
  int64_t cost_ns() const { return cost_ns_; }

 private:
  /// Sums of processes go back when one ends; what is told does not.
  struct Total {
    uint64_t last = 0;
    uint64_t told = 0;
    uint64_t add(uint64_t now);
  };
  struct Totals {
    Total ticks;
    Total read;
    Total written;
  };

  v1::ResourceSample sample(const v1::InstanceName& name,
                            const std::vector<ProcessInfo>& processes);

  std::string own_network_;
  std::map<std::string, Totals> totals_;  // by instance
  // Containers that were not found are not looked for before then.
  std::map<std::string, std::chrono::steady_clock::time_point> rests_until_;
  int64_t cost_ns_ = 0;
};

}  // namespace cutset::agent
