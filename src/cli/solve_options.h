// What `cutset solve` was asked for. Thread rule: values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "solver/cut_search.h"

namespace cutset::cli {

struct SolveOptions {
  std::string graph;
  std::vector<std::string> budget;
  uint64_t first = 10;
  bool first_given = false;
  bool all = false;
  bool count = false;
  bool stats = false;
  std::string certificate;
  std::string method = "auto";
  std::string backend = "cadical";
  uint64_t seed = 0;
  double time_limit = 0;  // seconds; 0: none

  /// A certificate needs the complete list.
  bool lists_all() const {
    return all || count || (!certificate.empty() && !first_given);
  }
};

/// Stops when the user asks for it. Error, kUsage: a budget or a time limit that is none.
Result<solver::SearchOptions> search_options(const SolveOptions& options);

}  // namespace cutset::cli
