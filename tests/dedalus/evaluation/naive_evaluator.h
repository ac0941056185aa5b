// A second evaluator, for tests: written from dedalus.md alone, as slow and plain as can
// be. Values are texts and numbers in std::set; every rule is tried with every tuple,
// again and again until nothing changes; no index, no interning, nothing kept from one
// run to the next; provenance by trying every rule once more on the finished tables.
//
// What it finds comes out as lines, so that two evaluators are compared by comparing sets
// of lines (run_text.h makes the same ones from a Run).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dedalus/evaluation/failure.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct NaiveResult {
  /// "at 2: p(a, 1)"; "message a -> b at 2: p(b, 1), lost"; "firing ...";
  /// "violated: post(a)".
  std::set<std::string> lines;
  std::set<std::string> post;  // at EOT: tuples without the relation's name
  std::set<std::string> pre;
};

/// Nothing: more than `max_work` tuples were looked at.
std::optional<NaiveResult> naive_run(const Program& program, const FailureSpec& spec,
                                     const ModelFaultSet& faults, uint64_t max_work);

/// Adds the verdict's lines ("vacuous", or each "violated: ..."), by section 10.
void naive_judge(const NaiveResult& fault_free, NaiveResult& run);

}  // namespace cutset::dedalus
