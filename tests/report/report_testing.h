// What the tests of the reports share: journals by the name of their folder, and small
// journals by their records.
#pragma once

#include <string>
#include <vector>

#include "report/journal_reader.h"

namespace cutset::report {

/// tests/report/<name>; fails the test if the journal cannot be read.
JournalView journal_of(const std::string& name);
std::string case_path(const std::string& name, const std::string& file);

/// A journal's text of a header and these records.
std::string journal_text(const std::vector<std::string>& records);
/// A plan and a result of a run in which `gateway` calls `services`, each once; outcomes
/// named "o".
std::vector<std::string> run_records(
    int experiment, const std::string& run,
    const std::vector<std::pair<std::string, std::string>>& faults,
    const std::string& state, const std::vector<std::string>& services);

}  // namespace cutset::report
