// Minimal cut sets by trying every set: the oracle of the differential tests.
// Thread rule: one owner.
#pragma once

#include "solver/dag_evaluator.h"
#include "solver/set_source.h"

namespace cutset::solver {

class BruteSource : public SetSource {
 public:
  /// Requires: at most 32 groups. `dag` must outlive it.
  BruteSource(const Dag& dag, std::vector<KindLimit> limits, std::function<bool()> stop);

  Progress advance(uint32_t size) override;
  bool nothing_above(uint32_t size) override { return size >= dag_.fault_count(); }

 private:
  bool holds(uint32_t active) const;
  bool within_limits(uint32_t active) const;

  const Dag& dag_;
  std::vector<KindLimit> limits_;
  std::function<bool()> stop_;
  std::vector<uint32_t> minimal_;  // as bits
  uint32_t size_ = 0;
  bool begun_ = false;
  uint64_t next_ = 0;
};

}  // namespace cutset::solver
