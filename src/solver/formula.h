// Boolean formulas as clauses: gates over literals, encoded two-sided (Tseitin),
// constants folded, equal gates shared. Two-sided because conditions give the leaves both
// polarities (solver.md section 1).
//
// Thread rule: one owner, the same as its SatSolver's.
#pragma once

#include <map>
#include <vector>

#include "lineage/derivation_graph.h"
#include "solver/sat_solver.h"

namespace cutset::solver {

class Formula {
 public:
  explicit Formula(SatSolver& solver);

  Literal always() const { return true_; }
  Literal never() const { return -true_; }
  Literal variable() { return solver_->new_variable(); }
  Literal all_of(std::vector<Literal> literals);
  Literal any_of(std::vector<Literal> literals);

  /// The clause: at least one holds.
  void require_any(const std::vector<Literal>& literals) { solver_->add(literals); }
  void require(Literal literal) { solver_->add({literal}); }

  /// Unary counter: result[i] holds iff at least i+1 of the literals hold, for i < limit.
  /// Cost: literals x limit gates (sequential counter, Sinz 2005, two-sided).
  std::vector<Literal> count(const std::vector<Literal>& literals, size_t limit);

  /// A literal for every node of the graph, in its order. leaves: present[event],
  /// failed[event][kind].
  std::vector<Literal> encode(const lineage::DerivationGraph& graph,
                              const std::vector<Literal>& present,
                              const std::vector<std::vector<Literal>>& failed);

 private:
  SatSolver* solver_;
  Literal true_;
  std::map<std::vector<Literal>, Literal> conjunctions_;
};

}  // namespace cutset::solver
