// An incremental SAT solver: variables are 1, 2, ...; a literal is a variable or its
// negation (-v). The one back-end is CaDiCaL 1.5.3; its header stays in sat_solver.cpp.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace cutset::solver {

using Literal = int;

class SatSolver {
 public:
  enum class Answer { kSatisfiable, kUnsatisfiable, kStopped };

  SatSolver();
  ~SatSolver();
  SatSolver(const SatSolver&) = delete;
  SatSolver& operator=(const SatSolver&) = delete;

  Literal new_variable();
  int variables() const { return variables_; }
  int clauses() const { return clauses_; }

  /// An empty clause makes the formula unsatisfiable for good.
  void add(const std::vector<Literal>& clause);
  /// Satisfiable together with all assumptions, which hold for this call only?
  Answer solve(const std::vector<Literal>& assumptions = {});
  /// Asked now and then by solve(), on its thread; true: it gives up with kStopped.
  void set_stop(std::function<bool()> stop);
  /// The value in the model; requires that the last solve() was kSatisfiable and nothing
  /// was added since.
  bool value(Literal literal) const;

 private:
  class Backend;
  std::unique_ptr<Backend> backend_;
  int variables_ = 0;
  int clauses_ = 0;
};

}  // namespace cutset::solver
