// One run of a model under a fault set, as the user and the campaign ask about it.
//
// Invariants: everything is as dedalus.md sections 4 to 10 define it; times from 1 to
// EOT + 1 (at EOT + 1 only what arrived: no rule fires there). A Run is small, refers to
// the evaluated steps that it shares with other runs, and is invalid after its Simulator.
//
// Thread rule: as its Simulator: one thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/provenance.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

class FaultPlan;
class Machine;
class Refuter;
struct Step;

enum class RunVerdict : uint8_t {
  kHeld,
  kViolated,
  kVacuous,  // nothing to judge: no post, or no pre, in the fault-free run
};

/// For space-time diagrams. One for each tuple and sender, also to the node itself.
struct Message {
  NodeIndex from = 0;
  NodeIndex to = 0;
  Time sent = 0;  // arrives at sent + 1
  TupleId tuple = 0;
  bool delivered = false;
  friend auto operator<=>(const Message&, const Message&) = default;
};

class Run {
 public:
  const ModelFaultSet& faults() const { return faults_; }
  RunVerdict verdict() const { return verdict_; }
  /// Tuples of `post` that the fault-free run had at EOT, this run has not, though their
  /// `pre` holds. Ascending.
  const std::vector<TupleId>& violated() const { return violated_; }

  bool holds(Goal goal) const;
  /// Of a relation at a time (1..EOT + 1), ordered by their values.
  std::vector<TupleId> tuples(RelationId relation, Time time) const;
  /// Of all times; by send time, sender, receiver, then tuple.
  std::vector<Message> messages() const;

  /// A fact of the program, or of crash. Such a goal may have firings, too.
  bool is_fact(Goal goal) const;
  /// Every use of a rule that derived the goal in this run, in a fixed order. The Firing
  /// is valid during the call.
  void firings_of(Goal goal, const std::function<void(const Firing&)>& see) const;
  /// Whether no matching tuple, other than the exceptions, is there in this run.
  bool holds(const Absence& absence) const;
  /// Requires: holds(absence). What could have derived a matching tuple, and why it
  /// did not, in this run.
  Refutation why_absent(const Absence& absence) const;

 private:
  friend class Machine;
  friend class Refuter;
  std::span<const TupleId> rows(RelationId relation, Time time) const;

  Machine* machine_ = nullptr;
  ModelFaultSet faults_;
  std::shared_ptr<const FaultPlan> plan_;
  RunVerdict verdict_ = RunVerdict::kHeld;
  std::vector<TupleId> violated_;
  std::vector<std::shared_ptr<const Step>> steps_;  // [time], from 1
};

}  // namespace cutset::dedalus
