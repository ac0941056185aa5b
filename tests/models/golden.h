// The rows of golden.json: what reference_test.py says of each model under each row of
// its parameters.
//
// Thread rule: pure functions of the files.
#pragma once

#include <string>
#include <vector>

#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/run.h"
#include "dedalus/program.h"

namespace cutset::dedalus {

struct GoldenRow {
  std::string model;  // "exercises/1_sender_waits.ded"
  std::string text;   // with its parameters, for messages
  FailureSpec spec;
  RunVerdict verdict = RunVerdict::kHeld;
  std::vector<std::vector<std::string>> minimal;  // texts of faults, both levels sorted
};

/// All rows. Adds a test failure for a model whose header has other rows.
std::vector<GoldenRow> golden_rows();

/// The model of a row. Requires: it has no errors.
Program program_of(const GoldenRow& row);

/// As golden.json has a fault set.
std::vector<std::string> texts_of(const ModelFaultSet& faults, const FailureSpec& spec);

}  // namespace cutset::dedalus
