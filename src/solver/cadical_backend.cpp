#include <cadical.hpp>

#include "base/check.h"
#include "solver/sat_backend.h"

namespace cutset::solver {

namespace {

class CadicalBackend : public SatBackend, private CaDiCaL::Terminator, CaDiCaL::Learner {
 public:
  explicit CadicalBackend(uint64_t seed) {
    solver_.set("quiet", 1);
    constexpr uint64_t kMostSeed = 2'000'000'000;
    solver_.set("seed", static_cast<int>(seed % kMostSeed));
    solver_.connect_learner(this);
  }
  ~CadicalBackend() override {
    solver_.disconnect_learner();
    if (stop_) solver_.disconnect_terminator();
  }

  Answer solve(std::span<const Literal> assumptions) override {
    for (const Literal literal : assumptions) solver_.assume(literal);
    switch (solver_.solve()) {
      case 10:
        return Answer::kSatisfiable;
      case 20:
        return Answer::kUnsatisfiable;
      default:
        return Answer::kStopped;
    }
  }

  bool value(Literal literal) const override {
    const Literal variable = literal < 0 ? -literal : literal;
    // A variable that no clause mentions has no value: it counts as false.
    if (variable > solver_.vars()) return literal < 0;
    const bool is_true = solver_.val(variable) > 0;
    return literal > 0 ? is_true : !is_true;
  }

  bool failed(Literal literal) const override { return solver_.failed(literal); }
  void prefer(Literal literal) override { solver_.phase(literal); }
  uint64_t conflicts() const override { return learned_; }

  void set_stop(std::function<bool()> stop) override {
    stop_ = std::move(stop);
    solver_.connect_terminator(this);
  }

 private:
  void add_clause(std::span<const Literal> clause) override {
    for (const Literal literal : clause) {
      CHECK(literal != 0 && literal <= variables_ && -literal <= variables_);
      solver_.add(literal);
    }
    solver_.add(0);
  }

  bool terminate() override { return stop_ && stop_(); }
  // CaDiCaL tells of its conflicts only in print: what it learns is counted instead.
  bool learning(int) override {
    ++learned_;
    return false;
  }
  void learn(int) override {}

  // Mutable: val(), vars() and failed() are not const.
  mutable CaDiCaL::Solver solver_;
  std::function<bool()> stop_;
  uint64_t learned_ = 0;
};

}  // namespace

std::unique_ptr<SatBackend> make_cadical(uint64_t seed) {
  return std::make_unique<CadicalBackend>(seed);
}

std::unique_ptr<SatBackend> make_backend(Backend backend, uint64_t seed) {
  return backend == Backend::kMinisat ? make_minisat(seed) : make_cadical(seed);
}

}  // namespace cutset::solver
