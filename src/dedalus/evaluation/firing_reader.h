// Reads firings off a step: what the words of Step::firings mean at a time.
//
// Thread rule: not thread-safe (scratch, interning of patterns).
#pragma once

#include <vector>

#include "dedalus/evaluation/machine.h"

namespace cutset::dedalus {

class FiringReader {
 public:
  explicit FiringReader(Machine& machine) : machine_(machine) {}

  /// The firing at Step::firings[at] of the step at `time`.
  void read(const Step& step, uint32_t at, Time time, Firing& firing);

  /// The premise as a pattern, under bindings; unbound variables match anything.
  /// `is_bound` by variable.
  void pattern_of(const CompiledPremise& premise, const std::vector<Value>& variables,
                  const std::vector<bool>& is_bound, std::vector<Value>& pattern) const;

 private:
  void read_aggregation(const uint32_t* words, Time time, Firing& firing);
  void read_rule(const uint32_t* words, Time time, Firing& firing);
  /// When the tuples of a premise hold, if the rule fires at `time`.
  Time time_of(const CompiledPremise& premise, Time time) const;

  Machine& machine_;
  std::vector<Value> variables_;
  std::vector<bool> is_bound_;
  std::vector<Value> pattern_;
};

/// Whether a tuple matches a pattern of the same relation.
bool matches(std::span<const Value> pattern, std::span<const Value> words);

}  // namespace cutset::dedalus
