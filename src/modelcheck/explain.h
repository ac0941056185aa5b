// Why a fault set breaks a model's promise: the run under it beside the run without
// faults, as report's values. Thread rule: as the Simulator: one thread.
#pragma once

#include "campaign/lineage_experimenter.h"
#include "dedalus/evaluation/simulator.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

struct ExplainOptions {
  bool proofs = false;
  bool tables = false;
};

/// Fills what is there if a finding is explained. Requires: bad is violated, a run of
/// `simulator`.
void explain(dedalus::Simulator& simulator, const dedalus::Run& bad,
             const ExplainOptions& options, report::ProtocolFinding& finding);

}  // namespace cutset::modelcheck
