// The summary that a terminal shows when a campaign is over: findings first, then what
// else happened, then what is covered. Thread rule: pure function.
#pragma once

#include <string>

#include "report/journal_reader.h"
#include "report/text_options.h"

namespace cutset::report {

/// Lines of UTF-8, each with its end; control characters of the system under test are
/// replaced.
std::string report_text(const JournalView& view, const TextOptions& options = {});

}  // namespace cutset::report
