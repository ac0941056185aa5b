// Runs a model in every way there is and says where two of them differ.
#pragma once

#include <string>

#include "random_model.h"

namespace cutset::dedalus {

struct Comparison {
  /// "" if all agree; else what differs, a line each.
  std::string difference;
  /// The model could not be compared: it does not load, or is too much work.
  bool is_skipped = false;
  size_t tuples = 0;
  size_t firings = 0;
  size_t absences = 0;
  bool is_vacuous = false;
  bool is_violated = false;
};

/// Tables, messages, firings, verdict: the evaluator, warm and from scratch, against the
/// naive one; judge() against run(); and that firings and refutations of one run hold
/// in the others as provenance.h promises.
Comparison compare(const Program& program, const FailureSpec& spec,
                   const std::vector<ModelFaultSet>& fault_sets);
/// Likewise; skipped if it does not load.
Comparison compare(const RandomModel& model);

}  // namespace cutset::dedalus
