// Why a tuple is there, and why one is not: what the lineage of a run is made of
// (dedalus.md section 11).
//
// Identities are shared by all runs of one Simulator, so what several runs showed can be
// merged: a Firing holds in EVERY run in which its premises hold, its absences hold and
// its message arrives; a Refutation holds in every run in which each of its clauses has
// a reason that holds. Neither depends on anything else.
//
// Aggregates are two steps: the rule's body derives *contributions*, tuples of a relation
// of their own with the columns (group..., aggregated variables...), and one firing a
// group takes all contributions of the group as premises, with the absence of any other.
//
// Thread rule: values.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/values.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

/// A relation with its columns' values; Simulator::relation_of and values_of.
using TupleId = uint32_t;
/// A relation with its columns' values, some of them "any"; likewise.
using PatternId = uint32_t;

/// One tuple at one time.
struct Goal {
  TupleId tuple = 0;
  Time time = 0;
  friend auto operator<=>(const Goal&, const Goal&) = default;
};

/// At this time no tuple matches the pattern, other than those of `except` (which may
/// be there or not).
struct Absence {
  PatternId pattern = 0;
  Time time = 0;
  std::vector<TupleId> except;  // ascending
  friend auto operator<=>(const Absence&, const Absence&) = default;
};

/// The clock tuple of a message: it left `from` at `time` and is at `to` at time + 1.
/// Lost by omission(from, to, time) and by a crash of `from` at or before `time`; with
/// CrashModel::kStop also by a crash of `to` at or before time + 1.
struct Delivery {
  NodeIndex from = 0;
  NodeIndex to = 0;
  Time time = 0;
  friend auto operator<=>(const Delivery&, const Delivery&) = default;
};

inline constexpr NodeIndex kNoNode = 0xffffffffU;

/// One use of a rule, at one time.
struct Firing {
  RuleId rule = 0;
  enum class Step : uint8_t {
    kPlain,         // a rule without aggregates
    kContribution,  // the body of a rule with aggregates; the head is a contribution
    kAggregate,     // contributions to head
  };
  Step step = Step::kPlain;
  Goal head;
  /// Plain and contribution: the tuples of the positive premises, in the rule's order.
  /// Aggregate: the contributions, ascending.
  std::vector<Goal> premises;
  /// Of the negated premises, in the rule's order; aggregate: no other contribution.
  std::vector<Absence> absences;
  /// The node at which the rule fired; kNoNode: any (the location is "_"), or aggregate.
  /// With CrashModel::kStop, the firing needs that node up at the time of the premises.
  NodeIndex location = kNoNode;
  /// @async rules, if a fault can take the message: to another node; with
  /// CrashModel::kStop also to the node itself, which may be down when it arrives.
  bool has_delivery = false;
  Delivery delivery;
};

/// One thing that keeps a rule from firing.
struct Reason {
  enum class Kind : uint8_t {
    kAbsent,   // `absence`: a premise is missing
    kPresent,  // `goal`: a negated premise, or a contribution, is there
    kLost,     // `delivery`: the message was lost; holds if a fault takes the delivery
    kDown,     // `node` is crashed at `time` (CrashModel::kStop); `node` kNoNode: all are
    kNotFailed  // `node` does not crash at exactly `time` (the tuples of `crash`)
  };
  Kind kind = Kind::kAbsent;
  Absence absence;
  Goal goal;
  Delivery delivery;
  NodeIndex node = kNoNode;
  Time time = 0;
};

/// Why an Absence holds: of each clause one reason is enough, and every clause has at
/// least one that holds in the run that was asked; only those that hold are listed. No
/// clause: nothing could ever derive a matching tuple.
struct Refutation {
  std::vector<std::vector<Reason>> clauses;
};

}  // namespace cutset::dedalus
