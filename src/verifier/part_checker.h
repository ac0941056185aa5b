// Parts: each shows of some roots that every cut set of theirs within the budget contains
// a listed set. By a packing (more disjoint supports than the budget has faults), by a
// proof, or because the sets are computed once more; what was shown for a cone holds for
// all that are the same up to the names of their faults, if the sets are listed under
// those names too.
//
// Thread rule: one owner; begin, steps, finish, same..., begin, ...
#pragma once

#include <memory>
#include <optional>

#include "verifier/cone.h"
#include "verifier/listed_sets.h"
#include "verifier/part_formula.h"
#include "verifier/recomputed_cuts.h"

namespace cutset::verifier {

class PartChecker {
 public:
  /// What is wrong, if anything is.
  struct Wrong {
    std::string found;
    std::string expected;
  };
  using Outcome = std::optional<Wrong>;

  /// All must outlive it; sets and budget are complete before the first part. What is
  /// computed once more may take `most_nodes`.
  PartChecker(const Graph& graph, const Budget& budget, ListedSets& sets,
              size_t most_nodes, const std::function<bool()>& stop);
  ~PartChecker();
  PartChecker(const PartChecker&) = delete;
  PartChecker& operator=(const PartChecker&) = delete;

  void begin(std::vector<Node> roots);
  /// One more support: the roots hold as long as none of its faults is active.
  Outcome support(const std::vector<uint32_t>& faults);
  Outcome proof_step(bool removes, const std::vector<Literal>& clause);
  /// Compares the listed sets with those of the cone, and marks those that are minimal
  /// cut sets of the graph.
  Outcome recompute();
  Outcome finish();
  bool has_one_root() const { return is_shown_ && cone_.roots.size() == 1; }
  /// Requires: has_one_root().
  Outcome same(Node root);
  /// Every conjunct of the graph's root was a root of a part.
  Outcome covers_root(uint64_t& conjuncts) const;

  uint64_t packings() const { return packings_; }
  uint64_t supports() const { return supports_; }
  uint64_t proofs() const { return proofs_; }
  uint64_t steps() const { return steps_; }
  uint64_t recomputed() const { return recomputed_; }

 private:
  enum class Way { kNone, kPacking, kProof, kRecomputed };
  bool never_active(uint32_t fault) const;
  uint64_t most_hits() const;
  Outcome start_proof();
  Outcome compare(const Cone& cone);
  Outcome all_conjuncts(std::span<const Node> roots);
  Wrong not_listed(const std::vector<uint32_t>& set, const std::string& expected) const;
  void set_slots(const Cone& cone);
  void clear_slots(const Cone& cone);
  size_t slot(Node node) const;
  int64_t number(Node node) const;

  const Graph& graph_;
  const Budget& budget_;
  ListedSets& sets_;
  size_t most_nodes_;
  const std::function<bool()>& stop_;
  std::unique_ptr<ConeWalk> walk_;
  std::vector<uint32_t> slot_of_;  // by fault; kNoSlot but while sets are looked for
  std::vector<uint8_t> covered_;   // by node, enabled leaves last
  std::vector<uint8_t> conjunct_;  // likewise: the root fails if it does; made when asked

  // The part at hand.
  std::vector<Node> roots_;
  Cone cone_;
  bool is_shown_ = false;
  Way way_ = Way::kNone;
  std::vector<std::vector<uint32_t>> inside_;  // of a proof: sets in the cone, as slots
  std::unique_ptr<RupChecker> proof_;
  std::unique_ptr<RecomputedCuts> cuts_;
  uint64_t packed_ = 0;              // supports
  bool is_unbreakable_ = false;      // a support that no fault can hit
  std::vector<uint8_t> in_support_;  // by slot
  std::vector<uint8_t> holds_;       // by local gate

  uint64_t packings_ = 0;
  uint64_t supports_ = 0;
  uint64_t proofs_ = 0;
  uint64_t steps_ = 0;
  uint64_t recomputed_ = 0;
};

}  // namespace cutset::verifier
