#include "solver/first_in_order.h"

#include <algorithm>

namespace cutset::solver {

namespace {

std::vector<size_t> holding(const SatBackend& solver,
                            const std::vector<Literal>& choices) {
  std::vector<size_t> model;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (solver.value(choices[i])) model.push_back(i);
  }
  return model;
}

}  // namespace

FirstInOrder first_in_order(SatBackend& solver, const std::vector<Literal>& choices,
                            std::vector<Literal> assumptions) {
  using Answer = SatBackend::Answer;
  FirstInOrder result;
  std::vector<size_t> model = holding(solver, choices);
  size_t first = 0;  // choices before it are decided, by assumption
  std::vector<Literal> clause;
  // Invariant: `model` is a model, and starts like the first one up to choice `first`.
  for (size_t at = 0; at < model.size(); ++at) {
    size_t known = first;  // no model has a choice in [first, known)
    while (known < model[at]) {
      const size_t middle = known + (model[at] - known + 1) / 2;
      const Literal range = solver.new_variable();
      clause.assign(1, -range);
      clause.insert(clause.end(), choices.begin() + static_cast<ptrdiff_t>(known),
                    choices.begin() + static_cast<ptrdiff_t>(middle));
      solver.add(clause);
      assumptions.push_back(range);
      const Answer answer = solver.solve(assumptions);
      assumptions.pop_back();
      ++result.calls;
      if (answer == Answer::kStopped) {
        result.answer = answer;
        return result;
      }
      if (answer == Answer::kSatisfiable) {
        model = holding(solver, choices);
      } else {
        known = middle;
      }
      solver.add({-range});
    }
    for (; first < model[at]; ++first) assumptions.push_back(-choices[first]);
    assumptions.push_back(choices[first++]);
  }
  result.chosen = std::move(model);
  return result;
}

}  // namespace cutset::solver
