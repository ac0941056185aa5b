// Searches that know nothing: for comparison, and as the oracle of the lineage-driven
// one.
//
// Thread rule: pure functions; one thread.
#pragma once

#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "campaign/lineage_experimenter.h"

namespace cutset::campaign {

struct BlindOptions {
  bool stop_at_first = false;
  uint64_t max_experiments = UINT64_MAX;
  std::function<bool()> stop;  // may be empty; asked before each run
  std::function<void(uint64_t experiments)> progress;  // likewise; every 1000 runs
};

struct BlindSummary {
  bool complete = false;  // every canonical set was run
  uint64_t experiments = 0;
  uint64_t violated = 0;  // of them
  /// Exhaustive: the minimal falsifiers. Random: the first violated set.
  std::vector<FaultNumbers> falsifiers;
  std::optional<uint64_t> experiments_to_first;
};

/// All canonical fault sets, smallest first; inside a size in the order of their numbers.
Result<BlindSummary> search_exhaustively(LineageExperimenter& experimenter,
                                         const BlindOptions& options);

/// Independent draws, uniform over the canonical fault sets, until one is violated.
Result<BlindSummary> search_randomly(LineageExperimenter& experimenter, uint64_t seed,
                                     const BlindOptions& options);

/// How many canonical fault sets there are; infinity where a double cannot hold it.
double count_canonical(const FaultSpace& space);

/// One of them, uniformly.
class CanonicalSampler {
 public:
  CanonicalSampler(const FaultSpace& space, uint64_t seed);
  FaultNumbers draw();

 private:
  double unit();  // uniform in [0, 1)

  const FaultSpace& space_;
  std::mt19937_64 random_;
  /// By node, crashes left, the weight of all that nodes from this one on can do.
  std::vector<std::vector<double>> weight_;
};

}  // namespace cutset::campaign
