#include <minisat/core/Solver.h>

#include "base/check.h"
#include "solver/sat_backend.h"

namespace cutset::solver {

namespace {

Minisat::Lit lit_of(Literal literal) {
  return Minisat::mkLit((literal < 0 ? -literal : literal) - 1, literal < 0);
}

class MinisatBackend : public SatBackend {
 public:
  explicit MinisatBackend(uint64_t seed) {
    constexpr uint64_t kMostSeed = 1'000'000'007;
    solver_.random_seed = 91648253.0 + static_cast<double>(seed % kMostSeed);
  }

  Answer solve(std::span<const Literal> assumptions) override {
    make_variables();
    Minisat::vec<Minisat::Lit> assumed;
    for (const Literal literal : assumptions) assumed.push(lit_of(literal));
    // MiniSat has no terminator: it runs in slices of conflicts.
    constexpr int64_t kSlice = 2000;
    while (true) {
      if (stop_) solver_.setConfBudget(kSlice);
      const Minisat::lbool answer = solver_.solveLimited(assumed);
      if (answer == Minisat::lbool(uint8_t{0})) return Answer::kSatisfiable;
      if (answer == Minisat::lbool(uint8_t{1})) return Answer::kUnsatisfiable;
      if (stop_ && stop_()) return Answer::kStopped;
    }
  }

  bool value(Literal literal) const override {
    const int variable = (literal < 0 ? -literal : literal) - 1;
    if (variable >= solver_.model.size()) return literal < 0;
    const bool is_true = solver_.model[variable] == Minisat::lbool(uint8_t{0});
    return literal > 0 ? is_true : !is_true;
  }

  bool failed(Literal literal) const override {
    const Minisat::Lit negation = ~lit_of(literal);
    for (int i = 0; i < solver_.conflict.size(); ++i) {
      if (solver_.conflict[i] == negation) return true;
    }
    return false;
  }

  void prefer(Literal literal) override {
    make_variables();
    solver_.setPolarity((literal < 0 ? -literal : literal) - 1,
                        Minisat::lbool(literal < 0));
  }
  void set_stop(std::function<bool()> stop) override { stop_ = std::move(stop); }
  uint64_t conflicts() const override { return solver_.conflicts; }

 private:
  void make_variables() {
    while (solver_.nVars() < variables_) solver_.newVar();
  }

  void add_clause(std::span<const Literal> clause) override {
    make_variables();
    Minisat::vec<Minisat::Lit> literals;
    for (const Literal literal : clause) {
      CHECK(literal != 0 && literal <= variables_ && -literal <= variables_);
      literals.push(lit_of(literal));
    }
    solver_.addClause_(literals);
  }

  Minisat::Solver solver_;
  std::function<bool()> stop_;
};

}  // namespace

std::unique_ptr<SatBackend> make_minisat(uint64_t seed) {
  return std::make_unique<MinisatBackend>(seed);
}

}  // namespace cutset::solver
