// Sections of the HTML page about protocols. Each returns markup with everything foreign
// escaped, "" where there is nothing to show. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/protocol.h"

namespace cutset::report {

/// The outcome's derivation without faults, what is there instead, why it is missing, why
/// it was promised. `id` is unique on the page.
std::string protocol_html_proofs(const ProtocolOutcome& outcome, const std::string& id);

/// A table a relation: tuples are rows, times are columns.
std::string protocol_html_tables(const ProtocolFinding& finding);

std::string_view protocol_html_css();

}  // namespace cutset::report
