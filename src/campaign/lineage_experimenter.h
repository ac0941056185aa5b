// How a campaign knows a world whose lineage is exact: protocol models (dedalus.md).
// Three questions: which faults are there, what happens under these, and what may derive
// what.
//
// The third is what makes the search complete. A derivation model has *every* rule firing
// that any run within the fault space may have, each with its premises: goals that hold,
// goals that do not hold, faults that are active, faults that are not. A goal holds in a
// run if and only if one of its firings has all its premises there, so the absence of a
// goal has its own derivation (each of its firings lacks a premise), transitively.
//
// Thread rule: one campaign calls one experimenter from one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace cutset::campaign {

/// A fault of a protocol model (dedalus.md section 9).
struct ModelFault {
  enum class Kind : uint8_t { kOmission, kCrash };
  Kind kind = Kind::kOmission;
  uint32_t from = 0;  // index of a node; the node of a crash
  uint32_t to = 0;    // omissions only
  uint32_t time = 0;  // omission: when the message is sent; crash: first time it is down

  friend bool operator==(const ModelFault&, const ModelFault&) = default;
};

/// Numbers of faults of a FaultSpace, ascending.
using FaultNumbers = std::vector<uint32_t>;

/// The failure specification with its faults numbered.
struct FaultSpace {
  std::vector<std::string> nodes;
  uint32_t eot = 0;                // end of time
  uint32_t eff = 0;                // omissions at times < eff
  uint32_t crashes = 0;            // at most so many crashed nodes
  std::vector<ModelFault> faults;  // by time, omissions first, then by nodes

  /// All faults of the specification: omission(from, to, t) for t < eff, crash(n, t) for
  /// 1 <= t < eot where crashes are allowed.
  static FaultSpace of(std::vector<std::string> nodes, uint32_t eot, uint32_t eff,
                       uint32_t crashes);

  /// "omission a -> b at 2", "crash of a at 3".
  std::string text(uint32_t fault) const;
  /// "{}" or "{omission a -> b at 2, crash of a at 3}".
  std::string text(const FaultNumbers& faults) const;
  /// The number of an equal fault; its size() if there is none.
  uint32_t find(const ModelFault& fault) const;

  /// The faults with their nodes renamed; [i]: what node i becomes.
  FaultNumbers image(const FaultNumbers& faults,
                     const std::vector<uint32_t>& renaming) const;

  /// Within the specification, and no fault of it is void whatever the program: at most
  /// one crash a node, no omission of what a crashed node would send. Removing a void
  /// fault changes nothing, so minimal falsifiers are canonical, and every run within the
  /// specification is that of a canonical set (docs/concepts/model-search.md).
  bool is_canonical(const FaultNumbers& faults) const;
};

/// One run, as far as the search needs it.
struct ModelRun {
  bool violated = false;
  std::vector<uint32_t> broken;  // outcomes, ascending; not of kVerdict
};

/// What may derive what, in any run. Atoms are the faults (an atom holds if the fault is
/// active), then goals; premises of a goal's firings are literals of smaller atoms only.
struct DerivationModel {
  using Literal = uint32_t;  // 2 * atom, + 1: the atom does not hold
  static constexpr Literal kTrue = 0xffff'fffe;
  static constexpr Literal kFalse = 0xffff'ffff;
  static constexpr Literal negation(Literal literal) { return literal ^ 1U; }

  /// A tuple that the fault-free run has in post: broken where post does not hold and pre
  /// does.
  struct Outcome {
    Literal post = kTrue;
    Literal pre = kTrue;
  };

  uint32_t fault_count = 0;
  std::vector<uint32_t> first_firing{0};   // by goal, into first_premise; one more
  std::vector<uint32_t> first_premise{0};  // by firing, into premises; one more
  std::vector<Literal> premises;
  std::vector<Outcome> outcomes;

  uint32_t goal_count() const { return static_cast<uint32_t>(first_firing.size() - 1); }
  uint32_t firing_count() const {
    return static_cast<uint32_t>(first_premise.size() - 1);
  }
  /// Invariants: premises of smaller atoms, counts agree.
  void check_invariants() const;
  /// By outcome: does it hold, if exactly these faults are active? Linear in the model.
  std::vector<bool> holds(const FaultNumbers& active) const;
};

/// What the runs so far have shown, merged. A node holds in every run in which all
/// premises of one of its rules hold; where no rule of it holds, nothing is known. Nodes
/// are faults that are not active, then faults that are active, then what was derived:
/// goals that hold, absences that hold.
struct Lineage {
  using Node = uint32_t;
  struct Rule {
    Node head = 0;
    std::vector<Node> premises;  // may depend on the head: the same goals derive each
                                 // other in different runs
    uint32_t run = 0;            // the first that showed it, in order of the runs
  };
  uint32_t fault_count = 0;
  uint32_t node_count = 0;  // with the 2 * fault_count of the faults
  std::vector<Rule> rules;  // grows with each run
  /// By node: the absence of something. Goals in a cycle of rules hold only if one of
  /// them has a rule from outside (a derivation ends in leaves); absences in a cycle hold
  /// together, if nothing from outside is missing (what would derive one of them needs
  /// another one first). No cycle has both: negation is stratified.
  std::vector<uint8_t> is_absence;
  std::vector<Node> outcomes;  // the outcome holds

  Node not_active(uint32_t fault) const { return fault; }
  Node active(uint32_t fault) const { return fault_count + fault; }
};

enum class RunDetail : uint8_t {
  kVerdict,   // violated or not: the fastest
  kOutcomes,  // and which outcomes are broken
  kLineage,   // and its lineage is merged with that of the runs before
};

class LineageExperimenter {
 public:
  virtual ~LineageExperimenter() = default;

  virtual const FaultSpace& space() const = 0;
  /// The tuples of post at the end of the fault-free run, as text.
  virtual const std::vector<std::string>& outcomes() const = 0;
  /// post or pre is empty at the end of the fault-free run: nothing to judge.
  virtual bool vacuous() const = 0;
  /// Requires: canonical. Error: the run goes beyond a bound, or was stopped.
  virtual Result<ModelRun> run(const FaultNumbers& faults, RunDetail detail) = 0;
  /// Of the runs with kLineage so far. A run that held has every outcome derived under
  /// its faults.
  virtual const Lineage& lineage() const = 0;
  /// All derivations of all runs within the space. Error, kBadInput: what may hold is not
  /// bounded, or beyond a bound (the message says where); the search then learns from
  /// runs alone. kInterrupted: `stop` (may be empty) said so.
  virtual Result<DerivationModel> derivations(const std::function<bool()>& stop) = 0;
  /// Permutations of the nodes ([i]: what node i becomes) that leave the program as it
  /// is: equal verdicts for a set and its image. Without the identity; may be empty.
  virtual std::vector<std::vector<uint32_t>> symmetries() = 0;
};

}  // namespace cutset::campaign
