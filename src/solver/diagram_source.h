// Minimal cut sets of a small graph by ZBDD: all of them, or all up to a size. Only for
// graphs without conditions.
//
// Thread rule: one owner.
#pragma once

#include <optional>

#include "solver/cut_search.h"
#include "solver/set_source.h"
#include "solver/zbdd.h"

namespace cutset::solver {

class DiagramSource : public SetSource {
 public:
  /// `dag` must outlive it. `most`: sizes above are never asked for. `limits` bound
  /// kinds.
  DiagramSource(const Dag& dag, uint32_t most, std::vector<KindLimit> limits,
                size_t most_nodes, std::function<bool()> stop);

  /// Makes the diagram of the sets up to `size`. False: it would need too many nodes (or
  /// was stopped); that of smaller sets may still be possible.
  bool prepare(uint32_t size);

  Progress advance(uint32_t size) override;
  uint32_t lower_bound() const override { return lower_bound_; }
  bool nothing_above(uint32_t size) override;

  /// The number of minimal cut sets of each size up to `most`; `weight_of` (by
  /// group) is how many faults a group stands for. Limits of kinds are not looked at.
  /// Nothing: it would need too much memory. Requires: prepare(most) gave true.
  std::optional<SetCount> count(uint32_t most,
                                const std::vector<uint64_t>& weight_of) const;
  size_t nodes() const { return zbdd_ ? zbdd_->size() : 0; }

 private:
  std::vector<Zbdd::Variable> order() const;
  Zbdd::Node build(uint32_t limit);
  Zbdd::Node combine(GateId gate, std::vector<Zbdd::Node>& parts, uint32_t limit);
  bool within_limits(const LocalSet& set) const;

  const Dag& dag_;
  uint32_t most_;
  std::vector<KindLimit> limits_;
  size_t most_nodes_;
  std::function<bool()> stop_;
  std::optional<Zbdd> zbdd_;
  std::vector<Zbdd::Variable> level_;  // by group
  std::vector<FaultId> group_;         // by level
  Zbdd::Node root_ = Zbdd::kEmpty;
  uint32_t limit_ = 0;  // the diagram has all sets up to this size
  bool complete_ = false;
  bool ready_ = false;
  uint32_t lower_bound_ = 0;
  struct Walk {  // through the sets of one size
    uint32_t size = 0;
    bool begun = false;
    struct Step {
      Zbdd::Node node;
      uint32_t left;
      uint8_t state;
    };
    std::vector<Step> steps;
    LocalSet path;
  };
  Walk walk_;
};

}  // namespace cutset::solver
