#include "solver/sat_solver.h"

#include <cadical.hpp>

#include "base/check.h"

namespace cutset::solver {

class SatSolver::Backend : public CaDiCaL::Terminator {
 public:
  bool terminate() override { return stop(); }

  std::function<bool()> stop;
  // Mutable: CaDiCaL's val() is not const.
  mutable CaDiCaL::Solver solver;
};

SatSolver::SatSolver() : backend_(std::make_unique<Backend>()) {
  backend_->solver.set("quiet", 1);
}

SatSolver::~SatSolver() {
  if (backend_->stop) backend_->solver.disconnect_terminator();
}

void SatSolver::set_stop(std::function<bool()> stop) {
  backend_->stop = std::move(stop);
  backend_->solver.connect_terminator(backend_.get());
}

Literal SatSolver::new_variable() {
  return ++variables_;
}

void SatSolver::add(const std::vector<Literal>& clause) {
  for (const Literal literal : clause) {
    CHECK(literal != 0 && literal <= variables_ && -literal <= variables_);
    backend_->solver.add(literal);
  }
  backend_->solver.add(0);
  ++clauses_;
}

SatSolver::Answer SatSolver::solve(const std::vector<Literal>& assumptions) {
  for (const Literal literal : assumptions) backend_->solver.assume(literal);
  switch (backend_->solver.solve()) {
    case 10:
      return Answer::kSatisfiable;
    case 20:
      return Answer::kUnsatisfiable;
    default:
      return Answer::kStopped;
  }
}

bool SatSolver::value(Literal literal) const {
  const Literal variable = literal < 0 ? -literal : literal;
  // A variable that no clause mentions has no value in CaDiCaL: it counts as false.
  if (variable > backend_->solver.vars()) return literal < 0;
  const bool is_true = backend_->solver.val(variable) > 0;
  return literal > 0 ? is_true : !is_true;
}

}  // namespace cutset::solver
