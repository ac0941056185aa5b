// The sections of the HTML report. Each returns markup with everything foreign escaped,
// "" where there is nothing to show. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/journal_reader.h"
#include "report/summary.h"

namespace cutset::report {

std::string html_head(const JournalView& view, const Summary& summary);
std::string html_findings(const JournalView& view, const Summary& summary);
std::string html_wrong_predictions(const JournalView& view);
std::string html_supports(const Summary& summary);
std::string html_history(const JournalView& view, const Summary& summary);
std::string html_assumptions(const JournalView& view, const Summary& summary);

/// A word in a coloured frame, by what became of an experiment.
std::string html_state(ExperimentState state);
/// A list of faults in words, with the identity of each call as its tooltip.
std::string html_faults(const campaign::FaultSet& faults);

std::string_view html_style();
std::string_view html_script();

}  // namespace cutset::report
