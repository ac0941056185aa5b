// One smallest cut set of few faults in a graph where conjuncts share most of what is
// below them: implicit hitting sets (Moreno-Centeno and Karp 2013), with supports drawn
// at random, 64 at a time in the bits of a word.
//
// For each conjunct it keeps supports. A set of k faults that hits them all is tried; if
// the conjunct still holds, 64 supports that avoid the set are added. If no set of k
// faults hits them all, none cuts. Two random supports rarely share much where there are
// alternatives, so that few suffice; where they do not, it gives up.
//
// Cost: a pass over the conjunct's cone for each word of supports, and a search through
// sets of k faults of some supports. Only without conditions. Thread rule: one owner.
#pragma once

#include <functional>
#include <optional>
#include <random>

#include "solver/dag_evaluator.h"

namespace cutset::solver {

class HittingSearch {
 public:
  /// `dag` must outlive it.
  HittingSearch(const Dag& dag, uint64_t seed, std::function<bool()> stop);

  struct Answer {
    std::optional<std::vector<FaultId>> set;  // a smallest cut set, ascending
    uint32_t least = 0;                       // no cut set is smaller
  };
  /// Looks at sets of at most `most` faults. No set and least <= most: it gave up.
  Answer smallest(uint32_t most);

 private:
  using Word = uint64_t;  // a bit a support
  /// A conjunct, with its supports.
  struct Cone {
    Child root = kTrue;
    std::vector<GateId> gates;  // descending: parents first
    std::vector<FaultId> faults;
    std::vector<std::vector<Word>> words;           // [word][fault of the cone]
    std::vector<std::vector<uint32_t>> of_support;  // [support]: its faults
    std::vector<uint32_t> count;                    // by fault: supports with it
    uint32_t most = 0;                              // of count
  };
  enum class Verdict { kCut, kNone, kGaveUp };

  bool make_cones();
  void add_supports(Cone& cone);
  void share_out(Word wanted, std::span<const Child> below);
  Verdict look(Cone& cone, uint32_t size, std::vector<FaultId>& set);
  bool hit(const Cone& cone, uint32_t left, const std::vector<Word>& missing,
           std::vector<uint32_t>& chosen);
  Word& needed(Child child) {
    return dag_.is_lost(child) ? fault_needed_[child] : gate_needed_[dag_.gate_of(child)];
  }

  const Dag& dag_;
  std::function<bool()> stop_;
  std::mt19937_64 random_;
  Parents parents_;
  DagEvaluator evaluator_;
  std::vector<Word> gate_needed_;   // by gate; 0 between calls
  std::vector<Word> fault_needed_;  // by fault; likewise
  std::vector<Cone> cones_;
  uint64_t steps_ = 0;
};

}  // namespace cutset::solver
