// What cutset.yaml says of a workload that writes an operation history, and of outcomes
// that are judged over it (docs/workloads.md, docs/history.md).
//
// Thread rule: values, pure functions.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "driver/plan.h"
#include "history/outcome.h"

#include "base/result.h"
#include "injector/template_text.h"

namespace cutset::injector {

/// A plan whose addresses and arguments are known only when the system is up: here they
/// stand beside it, and the plan's own are empty.
struct HistoryWorkload {
  struct Condition {
    std::vector<TemplateText> at;
    std::vector<TemplateText> command;
  };
  driver::Plan plan;
  std::vector<TemplateText> endpoints;  // of resp or http
  std::vector<TemplateText> sentinels;
  std::vector<TemplateText> arguments;  // of command
  std::vector<Condition> conditions;    // one for each of plan.settle
  std::string folder;                   // where commands of conditions run; "": here

  /// Error: a placeholder that `values` does not know.
  Result<driver::Plan> expand(const TemplateText::Lookup& values) const;
};

/// One outcome: a checker of ours, or a program.
struct HistoryCheck {
  history::Outcome outcome;          // unless there is a checker
  std::vector<std::string> checker;  // the program and its arguments
  std::string folder;                // where it runs

  /// "acknowledged-writes", "staleness:2s", "python3 check.py"
  std::string text() const;
};

}  // namespace cutset::injector
