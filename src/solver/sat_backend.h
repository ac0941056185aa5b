// A SAT solver as the search needs it: incremental, with assumptions for one call, and a
// way to give up. Variables are 1, 2, ...; a literal is a variable or its negation (-v).
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "solver/cut_search.h"

namespace cutset::solver {

using Literal = int;

class SatBackend {
 public:
  enum class Answer { kSatisfiable, kUnsatisfiable, kStopped };

  virtual ~SatBackend() = default;

  Literal new_variable() { return ++variables_; }
  uint64_t variables() const { return static_cast<uint64_t>(variables_); }
  uint64_t clauses() const { return clauses_; }

  /// An empty clause makes the formula unsatisfiable for good.
  void add(std::span<const Literal> clause) {
    ++clauses_;
    add_clause(clause);
  }
  void add(std::initializer_list<Literal> clause) {
    add(std::span<const Literal>(clause.begin(), clause.size()));
  }
  /// Satisfiable together with all assumptions, which hold for this call only?
  virtual Answer solve(std::span<const Literal> assumptions) = 0;
  /// In the model. Requires: the last solve() was kSatisfiable, nothing was added since.
  virtual bool value(Literal literal) const = 0;
  /// Among the assumptions that cannot hold together? Requires: the last solve() was
  /// kUnsatisfiable, it is one of its assumptions.
  virtual bool failed(Literal literal) const = 0;
  /// The value to be tried first; a hint.
  virtual void prefer(Literal literal) = 0;
  /// Asked now and then by solve(); true: it gives up with kStopped.
  virtual void set_stop(std::function<bool()> stop) = 0;
  virtual uint64_t conflicts() const = 0;

 protected:
  virtual void add_clause(std::span<const Literal> clause) = 0;
  int variables_ = 0;
  uint64_t clauses_ = 0;
};

/// `seed` may influence which models are found first.
std::unique_ptr<SatBackend> make_backend(Backend backend, uint64_t seed);
std::unique_ptr<SatBackend> make_cadical(uint64_t seed);
std::unique_ptr<SatBackend> make_minisat(uint64_t seed);

}  // namespace cutset::solver
