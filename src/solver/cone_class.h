// One class of conjuncts and how its minimal cut sets are found: reduced by the passes,
// then by decision diagram if it stays small, by SAT otherwise.
//
// Thread rule: one owner.
#pragma once

#include <memory>

#include "solver/cut_search.h"
#include "solver/passes.h"
#include "solver/set_source.h"

namespace cutset::solver {

class DiagramSource;
class SatSource;

/// What a class needs of the search that it belongs to.
struct ClassOptions {
  Method method = Method::kAuto;
  Backend backend = Backend::kCadical;
  uint64_t seed = 0;
  uint32_t least = 0;                               // no set is smaller
  uint32_t most = kUnlimited;                       // larger ones are not wanted
  std::vector<std::pair<uint8_t, uint32_t>> kinds;  // limited kinds and their limits
  std::vector<uint32_t>
      ranks;  // by fault; not empty: sets come in Order::kLikeliestFault
  size_t diagram_nodes = size_t{1} << 16;  // before SAT takes over
  // Faults of the smallest class whose diagram was too large: others are not tried.
  std::shared_ptr<uint32_t> too_large = std::make_shared<uint32_t>(kUnlimited);
  std::function<bool()> stop;
};

class ConeClass {
 public:
  /// `kinds` (by fault of `dag`; may be empty if none is limited). A graph with an AND
  /// root has the conjuncts that could not be taken apart.
  ConeClass(Dag dag, std::vector<uint8_t> kinds, const ClassOptions& options,
            std::vector<PassStats>* passes);
  ~ConeClass();
  ConeClass(const ConeClass&) = delete;
  ConeClass& operator=(const ConeClass&) = delete;

  /// One more set of `size`; sizes are asked for one after the other, each to its end.
  Progress advance(uint32_t size);
  bool finished(uint32_t size) const { return finished_ > size; }
  /// No minimal cut set is larger. Requires: finished(size).
  bool nothing_above(uint32_t size) const;
  /// Those of `size` found so far.
  const std::vector<LocalSet>& sets(uint32_t size) {
    if (!source_) make_source();
    return source_->sets(size);
  }
  uint32_t lower_bound() const;

  const Dag& dag() const { return groups_.dag; }
  /// Faults of the graph that was given, by group.
  const std::vector<std::vector<FaultId>>& members() const { return groups_.members; }

  /// The number of sets within the budget, by size; false: no diagram tells it (there is
  /// none, it would be too large, or limits of kinds may matter). Before any advance().
  bool count(SetCount& count);
  /// No set is smaller, by disjoint supports; 0 before the class is looked into.
  uint64_t packing_bound() const { return packing_.size(); }
  void add_to(SearchStats& stats) const;

 private:
  std::vector<KindLimit> kind_limits() const;
  void make_source();
  void make_sat_source();

  ClassOptions options_;
  std::vector<uint8_t> kinds_;
  Groups groups_;
  std::unique_ptr<SetSource> source_;
  DiagramSource* diagram_ = nullptr;  // source_, if it is one
  SatSource* sat_ = nullptr;          // likewise
  uint32_t finished_ = 0;             // sizes below are
  bool exhausted_ = false;
  std::vector<std::vector<FaultId>> packing_;  // disjoint supports: a lower bound
  double diagram_seconds_ = 0;
};

}  // namespace cutset::solver
