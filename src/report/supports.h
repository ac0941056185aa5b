// The supports that a campaign observed, and which of them a fault set cuts (DESIGN,
// "Words"; calls.md 5.1): every run whose outcomes held shows one, with the faults that
// fired as its condition.
//
// Thread rule: values; pure functions.
#pragma once

#include <string>
#include <vector>

#include "report/journal_reader.h"

namespace cutset::report {

struct Support {
  std::string run;  // the first that showed it
  int experiment = 0;
  campaign::FaultSet condition;  // what provoked it; empty: without faults
  std::vector<std::string>
      events;     // calls below the entry that were answered without a fault, sorted
  int shown = 0;  // by so many runs
};

/// Distinct in (condition, events), in the order of their first runs.
std::vector<Support> observed_supports(const JournalView& view);

/// One support that would have carried the outcome, and the faults of the finding that
/// take something of it.
struct CutSupport {
  const Support* support = nullptr;
  campaign::FaultSet cut_by;
};

/// For each proper subset of the finding's faults the first support seen under it,
/// smaller subsets first. The pointers go into `supports`.
std::vector<CutSupport> supports_cut(const campaign::Finding& finding,
                                     const std::vector<Support>& supports);

/// "fault-free (18 calls) at GET /tax#1; with that failed, r0007 (19 calls) at GET
/// /tax#2"
std::string supports_cut_words(const std::vector<CutSupport>& cut);

}  // namespace cutset::report
