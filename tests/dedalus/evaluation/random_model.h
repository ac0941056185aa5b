// Random protocol models for differential tests: well-typed and stratified by
// construction, with every feature of the language, small enough for the naive evaluator;
// and the shrinking of those that fail.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

/// A model as clauses that can be taken away one by one.
struct RandomModel {
  struct Clause {
    std::string head;
    std::vector<std::string> body;
    std::string text() const;
  };
  std::vector<Clause> clauses;
  FailureSpec spec;
  std::vector<ModelFaultSet> fault_sets;

  /// A .ded file: a row of parameters, a comment for each fault set, the clauses.
  std::string text() const;
  Result<Program> program() const;
};

RandomModel random_model(uint64_t seed);

/// The inverse of text(): fault sets from lines "// faults: {loss(a -> b @1), ...}".
Result<RandomModel> read_model(const std::string& text);

/// The fault sets of such lines alone, for files whose clauses are longer than a line.
std::vector<ModelFaultSet> read_fault_sets(const std::string& text,
                                           const FailureSpec& spec);

/// The smallest model found by taking away clauses, premises, faults and times, of which
/// `fails` is still true. Models that do not load count as not failing.
RandomModel shrink(RandomModel model,
                   const std::function<bool(const RandomModel&)>& fails);

}  // namespace cutset::dedalus
