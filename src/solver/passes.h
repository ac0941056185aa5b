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

/// A set of faults that are no longer needed to find the *size* of the smallest cut set:
/// each can be replaced by another fault that does at least as much. Empty with
/// conditions. `kinds` as above.
std::vector<FaultId> dominated(const Dag& dag, const std::vector<uint8_t>& kinds);

/// The graph without faults that others dominate, folded until nothing is dominated: its
/// smallest cut set is as large as that of `dag`, which may have many more. Crash chains
/// become one fault each.
Dag kernel(Dag dag, const std::vector<uint8_t>& kinds);

enum class Grouping { kYes, kNo };

/// All of them with `most` (the budget): pruned by least_faults, grouped. Each step is
/// added to `stats`, which may be null.
Groups reduced(Dag dag, KnownTrue known, uint32_t most, const std::vector<uint8_t>& kinds,
               Grouping grouping, std::vector<PassStats>* stats);

/// Faults that the root depends on.
uint32_t used_faults(const Dag& dag);

double cpu_seconds();

}  // namespace cutset::solver
