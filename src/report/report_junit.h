// The report as JUnit XML, for CI: one suite, one case for each fault set that was tried.
//
//   held, accepted, unreachable    passed (the latter two say so in system-out)
//   violated, did not recover      failure: what broke, the cut, the replay command
//   inconclusive, vacuous, flaky   error; never "skipped": these cases ran
//   not finished                   error of a case of its own
//
// Thread rule: pure function.
#pragma once

#include <string>

#include "report/journal_reader.h"

namespace cutset::report {

std::string report_junit(const JournalView& view);

}  // namespace cutset::report
