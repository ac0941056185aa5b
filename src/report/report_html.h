// The report as one HTML file that works offline: no network, no fonts, no scripts but
// its own. Opens from a mail, an artifact store or a USB stick alike; light and dark;
// printable.
//
// Thread rule: pure function.
#pragma once

#include <string>

#include "report/journal_reader.h"

namespace cutset::report {

/// Everything from the system under test is escaped: a hostile service name is shown, not
/// run.
std::string report_html(const JournalView& view);

}  // namespace cutset::report
