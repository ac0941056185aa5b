// Which action of a step is carried out by which fault: the one table of kinds.
//
// Thread rule: free functions.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "agent/faults/fault.h"

namespace cutset::agent {

struct FaultRule {
  cutset::agent::v1::Step::ActionCase action;
  const char* name;  // as FDSL calls it
  /// It stays until it is undone (a pause), or is over when it is done (a kill).
  bool lasts;
  /// It is prepared and made ready before its moment, because at the moment that would
  /// take too long.
  bool ahead;
  /// When the plan is loaded; the instance need not run yet. Returns a note for people
  /// ("delays are made by a proxy here") or "". Error: why this host cannot do it, and
  /// what would help.
  Result<std::string> (*check)(const v1::Step& step, const FaultHost& host);
  /// Requires: check() succeeded. The step outlives the fault.
  std::unique_ptr<Fault> (*make)(const v1::Step& step, const FaultHost& host);
};

std::span<const FaultRule> fault_rules();
/// Null: this agent cannot do it at all.
const FaultRule* find_fault_rule(v1::Step::ActionCase action);
/// Why there is no rule for it, and what would help.
Error why_not(v1::Step::ActionCase action);

}  // namespace cutset::agent
