// Executes a protocol model under fault sets: the door to the evaluator.
//
//   auto simulator = Simulator::create(program, {.eot = 4, .eff = 2, .nodes = {...}},
//   {}); auto verdict = simulator->judge({ModelFault::omission(0, 1, 1)});   // fast auto
//   run = simulator->run({ModelFault::omission(0, 1, 1)});         // with lineage
//
// One time step is a function of the tuples that it starts with (and of the crashes that
// the program can see), and faults only decide which messages arrive. So a step is
// evaluated once for all runs that reach it with the same tuples: what a fault set does
// not touch costs a look-up. Inside a step: semi-naive over strata, interned tuples,
// compiled joins. Verdicts need only what reaches @next, @async or, at EOT, pre and post:
// the rest is evaluated when somebody looks.
//
// Thread rule: one Simulator, its runs and its queries belong to one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/provenance.h"
#include "dedalus/evaluation/run.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct SimulatorLimits {
  /// Tuples of one run, over all times; beyond it, or beyond 8 uses of rules for each of
  /// them, a run is an error. judge() counts only what can change the verdict.
  uint64_t max_tuples = 1'000'000;
  /// Bytes of evaluated steps that are kept for other runs; beyond it they are forgotten.
  uint64_t max_kept_bytes = 256U << 20;
  /// Asked at least every few milliseconds; true ends the run with kInterrupted.
  std::function<bool()> stop;
};

class Simulator {
 public:
  /// Compiles the program and makes the fault-free run. Error: a relation `pre` or `post`
  /// is missing, the specification is wrong (check), a limit was reached.
  static Result<Simulator> create(Program program, FailureSpec spec,
                                  SimulatorLimits limits);
  Simulator(Simulator&&) noexcept;
  Simulator& operator=(Simulator&&) noexcept;
  ~Simulator();

  const Program& program() const;
  const FailureSpec& spec() const;
  /// Without faults.
  const Run& fault_free() const;
  /// Nothing to judge: `post` or `pre` is empty at EOT of the fault-free run.
  bool vacuous() const;
  /// `post` at EOT of the fault-free run, ascending: what is judged in other runs.
  const std::vector<TupleId>& outcomes() const;
  /// The tuple of `pre` with the same values as an outcome's; it may never hold.
  TupleId precondition_of(TupleId outcome) const;

  /// Verdict only. Faults in any order; they need not be within the budget, but their
  /// nodes and times must exist (1..EOT).
  Result<RunVerdict> judge(const ModelFaultSet& faults);
  /// With tables at every time, messages and lineage.
  Result<Run> run(const ModelFaultSet& faults);

  /// Relations: those of the program, then one for each rule with aggregates (its
  /// contributions; name "rule 7's contributions").
  RelationId relation_count() const;
  std::string relation_name(RelationId relation) const;
  RelationId relation_of(TupleId tuple) const;
  std::span<const Value> values_of(TupleId tuple) const;
  /// "log(a, 7)"
  std::string to_text(TupleId tuple) const;
  /// The tuple with these values, if any run has met it.
  bool find(RelationId relation, std::span<const Value> values, TupleId& tuple) const;
  /// Has kAnyValue where everything matches.
  RelationId relation_of_pattern(PatternId pattern) const;
  std::span<const Value> values_of_pattern(PatternId pattern) const;
  PatternId pattern(RelationId relation, std::span<const Value> values);
  /// "log(a, _)"
  std::string pattern_to_text(PatternId pattern) const;
  const ValueTable& values() const;
  /// The crash that puts this tuple there, if it is one of relation `crash`.
  bool crash_of(TupleId tuple, ModelFault& fault) const;

  /// Steps evaluated, and steps asked for, so far: how much was shared.
  struct Counts {
    uint64_t runs = 0;
    uint64_t steps_asked = 0;
    uint64_t steps_evaluated = 0;
    uint64_t tuples_known = 0;
  };
  Counts counts() const;

 private:
  explicit Simulator(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace cutset::dedalus
