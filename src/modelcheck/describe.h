// From what a search gives to report's values. Thread rule: as the experimenter: one
// thread.
#pragma once

#include <string>
#include <vector>

#include "campaign/lineage_campaign.h"
#include "dedalus/language/parameters.h"
#include "dedalus/model_experimenter.h"
#include "modelcheck/explain.h"
#include "modelcheck/recorder.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

/// The model, its parameters, nothing that was found.
report::ProtocolCheck header_of(const dedalus::Program& program,
                                const dedalus::Parameters& parameters);

dedalus::FailureSpec spec_of(const dedalus::Parameters& parameters);

/// Counts, what was known and assumed, completeness.
void add_summary(const campaign::LineageSummary& summary, report::ProtocolCheck& check);

/// The findings; the first `most_explained` with their runs, which are made again.
Status add_findings(dedalus::ModelExperimenter& experimenter,
                    const std::vector<campaign::LineageFinding>& findings,
                    size_t most_explained, const ExplainOptions& options,
                    report::ProtocolCheck& check);

void add_history(const Recorder& recorder, report::ProtocolCheck& check);

/// Why there is nothing to judge.
std::string vacuous_words(const dedalus::Simulator& simulator);

}  // namespace cutset::modelcheck
