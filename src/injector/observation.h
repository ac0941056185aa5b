// From what the agent's proxies recorded to the campaign's terms: executions and fault
// reports. What comes over the wire is checked, not trusted.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "campaign/experimenter.h"
#include "injector/campaign_schedule.h"
#include "injector/config.h"
#include "lineage/execution.h"

namespace cutset::injector {

/// Calls with their identities rebuilt from the records, parents first. Fault i + 1 of
/// the records is faults[i]. What cannot be placed is left out and counted in `notes`.
lineage::Execution execution_from_records(const std::string& run,
                                          const agent::v1::CollectRunReply& reply,
                                          const std::vector<RequestFault>& faults,
                                          const Config& config,
                                          std::vector<std::string>& notes);

/// One report for each planned fault, in the order of `planned`. `faults` are the same,
/// as the agent knew them.
std::vector<campaign::FaultReport> fault_reports(const campaign::FaultSet& planned,
                                                 const std::vector<RequestFault>& faults,
                                                 const agent::v1::CollectRunReply& reply,
                                                 const lineage::Execution& execution);

}  // namespace cutset::injector
