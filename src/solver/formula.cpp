#include "solver/formula.h"

#include <algorithm>

namespace cutset::solver {

Formula::Formula(SatSolver& solver) : solver_(&solver), true_(solver.new_variable()) {
  solver_->add({true_});
}

Literal Formula::all_of(std::vector<Literal> literals) {
  std::sort(literals.begin(), literals.end());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  literals.erase(std::remove(literals.begin(), literals.end(), true_), literals.end());
  for (const Literal literal : literals) {
    if (literal == -true_ ||
        std::binary_search(literals.begin(), literals.end(), -literal)) {
      return never();
    }
  }
  if (literals.empty()) return always();
  if (literals.size() == 1) return literals[0];
  const auto [entry, inserted] = conjunctions_.try_emplace(literals, 0);
  if (!inserted) return entry->second;
  const Literal gate = solver_->new_variable();
  entry->second = gate;
  std::vector<Literal> clause{gate};
  for (const Literal literal : literals) {
    solver_->add({-gate, literal});
    clause.push_back(-literal);
  }
  solver_->add(clause);
  return gate;
}

Literal Formula::any_of(std::vector<Literal> literals) {
  for (Literal& literal : literals) literal = -literal;
  return -all_of(std::move(literals));
}

std::vector<Literal> Formula::count(const std::vector<Literal>& literals, size_t limit) {
  std::vector<Literal> at_least(limit, never());
  for (const Literal literal : literals) {
    for (size_t i = limit; i-- > 0;) {
      const Literal carried = i == 0 ? literal : all_of({at_least[i - 1], literal});
      at_least[i] = any_of({at_least[i], carried});
    }
  }
  return at_least;
}

std::vector<Literal> Formula::encode(const lineage::DerivationGraph& graph,
                                     const std::vector<Literal>& present,
                                     const std::vector<std::vector<Literal>>& failed) {
  using Type = lineage::DerivationGraph::Type;
  std::vector<Literal> encoded;
  encoded.reserve(graph.nodes().size());
  for (const lineage::DerivationGraph::Node& node : graph.nodes()) {
    std::vector<Literal> children;
    for (const lineage::NodeId child : node.children) children.push_back(encoded[child]);
    switch (node.type) {
      case Type::kPresent:
        encoded.push_back(present.at(node.event));
        break;
      case Type::kFailed:
        encoded.push_back(failed.at(node.event).at(node.kind));
        break;
      case Type::kRule:
        encoded.push_back(all_of(std::move(children)));
        break;
      case Type::kGoal:
        encoded.push_back(any_of(std::move(children)));
        break;
    }
  }
  return encoded;
}

}  // namespace cutset::solver
