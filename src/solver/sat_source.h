// Minimal cut sets by SAT: one-sided CNF of the graph, a counter for the size (bound by
// assumption) and one for each limited kind, a blocking clause for each set found.
//
// One-sided (Plaisted and Greenbaum 1986): b(g) implies that g does not hold. For an AND
// gate b(g) implies b(some child), for an OR gate b(every child). b(lost leaf) is "its
// fault is active", b(enabled leaf) "it is not". Gates that are each other's negation
// (duals.h) are one variable. As smaller sizes are exhausted before, a model has no
// smaller cut set inside, with conditions as well.
//
// Thread rule: one owner.
#pragma once

#include "solver/cardinality.h"
#include "solver/dag_evaluator.h"
#include "solver/set_source.h"

namespace cutset::solver {

struct SatSourceOptions {
  Backend backend = Backend::kCadical;
  uint64_t seed = 0;
  uint32_t most = kUnlimited;  // sizes above are never asked for
  std::vector<KindLimit> limits;
  bool minimise = false;        // drop faults by the evaluator: solver.md's "pg"
  std::vector<FaultId> prefer;  // all groups; not empty: Order::kLikeliestFault
  std::function<bool()> stop;
  uint32_t lower_bound = 0;
  // Disjoint supports, of groups. A set of as many faults has one of each and no other,
  // which says more than a counter.
  std::vector<std::vector<FaultId>> packing;
};

class SatSource : public SetSource {
 public:
  /// `dag` must outlive it. With several `roots` (children of the dag) a set cuts if one
  /// of them does not hold: they are tried one by one, by assumption.
  SatSource(const Dag& dag, std::vector<Child> roots, SatSourceOptions options);
  ~SatSource() override;

  Progress advance(uint32_t size) override;
  uint32_t lower_bound() const override { return options_.lower_bound; }
  bool nothing_above(uint32_t size) override;

  /// `set` was found by another source: it counts as found here.
  void adopt(const LocalSet& set) {
    block(set);
    found(set);
  }
  /// Supersets of `set` are no longer wanted.
  void block(const LocalSet& set);

  void add_to(SearchStats& stats) const;

 private:
  void encode();
  Literal broken(Child child);
  Literal bound(uint32_t size);
  Literal one_of_each_support();
  Progress solve(uint32_t size, Child root);
  LocalSet model() const;
  SatBackend::Answer first_set(const std::vector<Literal>& assumptions, LocalSet& set);

  const Dag& dag_;
  std::vector<Child> roots_;
  SatSourceOptions options_;
  std::unique_ptr<SatBackend> solver_;
  std::vector<Literal> active_;       // by group
  std::vector<Literal> gate_broken_;  // by gate
  Literal true_ = 0;
  Literal enumeration_ = 0;  // assumed: found sets are blocked
  std::unique_ptr<Counter> counter_;
  Literal tight_ = 0;  // implies one fault of each support of the packing and no other
  std::unique_ptr<Parents> parents_;
  std::unique_ptr<DagEvaluator> evaluator_;
  uint32_t size_ = 0;          // of the last call
  size_t root_at_ = 0;         // roots before it are done at size_
  std::vector<uint8_t> done_;  // by root: nothing larger either
  bool bound_mattered_ = false;
  uint64_t calls_ = 0;
  double seconds_ = 0;
};

}  // namespace cutset::solver
