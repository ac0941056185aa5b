// Are a certificate's axioms really in the journal of the campaign? (docs/formats.md,
// "The journal"). Read by code of its own, as graphs are.
//
// An axiom names a run and its faults. There must be a `result` of that run with the
// verdict that the axiom says, in which exactly those calls were failed; of a violation a
// `finding` of that run with those calls does as well.
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>

#include "verifier/certificate_checker.h"

#include "base/result.h"

namespace cutset::verifier {

/// The first axiom that is not in the journal. Error, kBadInput: it cannot be read, or a
/// line is no record. A last line that was cut off is passed over.
Result<std::optional<Refusal>> check_axioms(LineReader& journal, const Graph& graph,
                                            const std::vector<Axiom>& axioms);

}  // namespace cutset::verifier
