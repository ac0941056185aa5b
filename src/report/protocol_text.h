// A check of a protocol model as text for people: the verdict, counterexamples in words
// with their space-time diagrams, what was assumed. Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "report/protocol.h"
#include "report/text_options.h"

namespace cutset::report {

struct ProtocolTextOptions {
  TextOptions text;
  bool diagrams = true;
  bool tables = false;
  size_t most_findings = 3;  // in full; of the others one line each
};

/// Everything about one check.
std::string protocol_text(const ProtocolCheck& check, const ProtocolTextOptions& options);

/// One finding: its faults, what is missing, what happened, the diagram.
std::string protocol_finding_text(const ProtocolCheck& check,
                                  const ProtocolFinding& finding, size_t number,
                                  const ProtocolTextOptions& options);

/// A line for each of several checks.
std::string protocol_table_text(const std::vector<ProtocolCheck>& checks,
                                const ProtocolTextOptions& options);

}  // namespace cutset::report
