// Conjuncts of the root that need one part of a certificate together: they are the same
// up to the names of their faults.
//
// Thread rule: one owner.
#pragma once

#include <unordered_map>
#include <vector>

#include "solver/certificate_formula.h"
#include "solver/fault_graph.h"

namespace cutset::solver {

/// Children of the root, those of AND gates among them taken apart again, ascending.
std::vector<Child> conjuncts_of(const Dag& dag);

class ConjunctClasses {
 public:
  struct Class {
    Child root = kTrue;  // the first
    std::vector<Child> same;
  };

  /// Both must outlive it.
  ConjunctClasses(const FaultGraph& graph, const CertificateBudget& budget)
      : graph_(graph), budget_(budget) {}

  /// `cone`: of `root`. Equal are gates, limited kinds and `sets`, all by slot.
  void add(Child root, const CertificateCone& cone,
           const std::vector<std::vector<uint32_t>>& sets);
  /// In the order of their first conjuncts.
  std::vector<Class> take();

 private:
  std::vector<uint32_t> key_of(const CertificateCone& cone,
                               const std::vector<std::vector<uint32_t>>& sets) const;

  const FaultGraph& graph_;
  const CertificateBudget& budget_;
  std::vector<Class> classes_;
  std::vector<std::vector<uint32_t>> keys_;            // by class
  std::unordered_multimap<uint64_t, size_t> by_hash_;  // looked up, never iterated
};

}  // namespace cutset::solver
