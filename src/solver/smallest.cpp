#include "solver/smallest.h"

namespace cutset::solver {

namespace {

using Answer = SatSolver::Answer;

std::vector<bool> model_of(const SatSolver& solver, const std::vector<Literal>& choices) {
  std::vector<bool> model;
  for (const Literal choice : choices) model.push_back(solver.value(choice));
  return model;
}

}  // namespace

std::optional<std::vector<size_t>> first_choice(SatSolver& solver,
                                                const std::vector<Literal>& choices,
                                                const std::vector<Literal>& at_least,
                                                size_t size, Literal wanted) {
  std::vector<Literal> assumptions{wanted, -at_least[size]};
  if (size > 0) assumptions.push_back(at_least[size - 1]);
  if (solver.solve(assumptions) != Answer::kSatisfiable) return std::nullopt;
  std::vector<bool> model = model_of(solver, choices);
  std::vector<size_t> chosen;
  // Invariant: `model` is a solution that contains `chosen`, and no solution of this size
  // has a smaller prefix than `chosen`.
  for (size_t i = 0; i < choices.size() && chosen.size() < size; ++i) {
    assumptions.push_back(choices[i]);
    if (!model[i] && solver.solve(assumptions) == Answer::kSatisfiable) {
      model = model_of(solver, choices);
    }
    if (model[i]) {
      chosen.push_back(i);
    } else {
      assumptions.back() = -choices[i];
    }
  }
  return chosen;
}

}  // namespace cutset::solver
