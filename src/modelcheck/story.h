// What happens in a run under faults, beside the run without, in lines for people. Thread
// rule: as the Simulator: one thread.
#pragma once

#include <string>

#include "dedalus/evaluation/simulator.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

/// "a crashes at 2: it sends nothing more", "the message from a to b sent at 1 is lost
/// (log)": what `fault` does in the run `bad`.
std::string fault_words(const dedalus::Simulator& simulator, const dedalus::Run& bad,
                        const dedalus::ModelFault& fault);

/// Fills finding.story: what the faults take, what nobody sends any more though the
/// outcomes needed it, what is new, where derivations end, what is missing at the end.
/// Requires: messages and outcomes are there.
void tell_story(const dedalus::Simulator& simulator, const dedalus::Run& bad,
                report::ProtocolFinding& finding);

}  // namespace cutset::modelcheck
