// Calls, faults and times in the words of the reports. What comes from the system is not
// cleaned here: the writer of each format does that (report/escape.h).
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "campaign/experimenter.h"
#include "identity/call_id.h"
#include "lineage/execution.h"

namespace cutset::report {

/// "GET /items/:id{7}#2"; the text itself if it is no call identity.
std::string operation_words(const std::string& event);
/// "stock's GET /items/:id{7}#2"
std::string place_words(const std::string& event);
/// The service that makes the call; "the client" for an entry.
std::string caller_of(const identity::CallId& id);
/// "tax answers 503 to orders (GET /tax#1)"
std::string fault_words(const campaign::Fault& fault);
/// The same for each, joined by ", and "; "no fault" for none.
std::string faults_words(const campaign::FaultSet& faults);
/// "found status 500, expected status 200"; "" where neither is known.
std::string difference_words(const campaign::OutcomeResult& outcome);
/// "200", "refused", "timeout", "reset"
std::string answer_words(const lineage::Answer& answer);
/// "error(500), error(503), refuse"
std::string modes_words(const std::vector<identity::FaultMode>& modes);
/// "0 ms", "412 ns", "8.3 ms", "12.4 s", "3 min 20 s"
std::string duration_words(int64_t nanoseconds);
/// "1 finding", "2 findings"
std::string counted(int64_t count, const std::string& noun);
/// What people type to reproduce a finding; only those that are confirmed and not
/// accepted have a file.
std::string replay_command(const std::string& command, const std::string& finding_id);

}  // namespace cutset::report
