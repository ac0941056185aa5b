// The passes that make a graph smaller before it is solved (solver.md 4.2). Each is
// linear, and keeps the minimal cut sets within the budget: those of the result, read
// through Reduced, are those of the graph that was given.
//
// Thread rule: pure functions.
#pragma once

#include <vector>

#include "solver/dag.h"
#include "solver/search_stats.h"

namespace cutset::solver {

/// Nodes that are known to hold in every case that matters.
struct KnownTrue {
  std::vector<uint8_t> faults;  // never active: lost leaf true, enabled leaf false
  std::vector<uint8_t> gates;
};

/// Folds what is known, leaves out what the root does not need, passes single children
/// through, merges gates into a sole parent of their type, and equal gates.
Dag folded(const Dag& dag, const KnownTrue& known);

/// For each gate: is it a module, i.e. is nothing below it used except through it?
/// (Dutuit and Rauzy 1996: two depth-first passes.)
std::vector<uint8_t> modules(const Dag& dag);

/// For each gate: at least so many faults must be active before it no longer holds.
/// AND: the least of its children; OR: the sum over its children that are modules of
/// their own, and the largest of the others. Conditions count nothing.
std::vector<uint32_t> least_faults(const Dag& dag);

/// Faults that do the same: lost leaves whose only parent is the same AND gate. Every
/// member breaks it alone, so that each minimal cut set has at most one of them.
struct Groups {
  Dag dag;  // over groups
  std::vector<std::vector<FaultId>> members;
};
/// `kinds` (by fault; may be empty): only faults of one kind are grouped.
Groups grouped(const Dag& dag, const std::vector<uint8_t>& kinds);

/// Every fault is a group, needed or not.
Groups each_by_itself(Dag dag);

/// A fault that another one dominates: wherever `fault` is in a cut set, `by` can stand
/// in for it, as what `fault` breaks is broken by `by` alone.
struct Dominated {
  FaultId fault = 0;
  FaultId by = 0;
};
/// What the smallest cut sets do not need, found in one pass: dominated faults (no `by`
/// is itself a `fault`), and modules that only serve a gate that one fault breaks. Empty
/// with conditions. `kinds` as above: only faults of one kind stand in for each other.
struct Dispensable {
  std::vector<Dominated> faults;  // some may stand for less than they seem to: check them
  KnownTrue known;                // faults and gates that can be taken to hold
};
Dispensable dispensable(const Dag& dag, const std::vector<uint8_t>& kinds);

/// The graph without faults that others dominate, folded until nothing is dominated. Its
/// smallest cut sets are cut sets of `dag`, which has none that are smaller, and those of
/// the same size are found from them by putting dominated faults in. Crash chains become
/// one fault each.
struct Kernel {
  Dag dag;
  std::vector<Dominated> dominated;  // in the order in which they were found
};
Kernel kernel_of(const Dag& dag, const std::vector<uint8_t>& kinds);

enum class Grouping { kYes, kNo };

/// All of them with `most` (the budget): pruned by least_faults, grouped. Each step is
/// added to `stats`, which may be null.
Groups reduced(Dag dag, KnownTrue known, uint32_t most, const std::vector<uint8_t>& kinds,
               Grouping grouping, std::vector<PassStats>* stats);

/// Faults that the root depends on.
uint32_t used_faults(const Dag& dag);

double cpu_seconds();

}  // namespace cutset::solver
