// Annotations and a step summary, where the environment says that this is a GitHub
// workflow. Thread rule: one thread.
#pragma once

#include "report/journal_reader.h"

namespace cutset::cli {

/// One `::error` line a finding on stderr, and the text report in $GITHUB_STEP_SUMMARY.
void announce_on_github(const report::JournalView& view);

}  // namespace cutset::cli
