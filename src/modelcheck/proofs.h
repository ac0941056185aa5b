// Derivation graphs of single tuples as report's values. Each is cut off at a bound:
// nobody reads more, and a hostile model must not fill the memory.
//
// Thread rule: as the Simulator: one thread.
#pragma once

#include "dedalus/evaluation/simulator.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

/// Of a goal that holds in `shown`: all its firings, down to facts. An absence is a leaf,
/// unless it does not hold in `other`: then also why it holds here, as far as the runs
/// differ.
/// What holds, fires and parts is said about `other`. `intruders`, if not null, gets what
/// is there in `other` and keeps a rule from firing where the proof parts from it.
report::ProtocolProof proof_of(const dedalus::Simulator& simulator,
                               const dedalus::Run& shown, const dedalus::Run& other,
                               const dedalus::Goal& goal,
                               std::vector<dedalus::Goal>* intruders);

/// Why `tuple` does not hold at `time` in `shown`: of everything that could have derived
/// it, what is missing; a fault before a tuple before an absence, where there is a
/// choice.
report::ProtocolProof absence_of(dedalus::Simulator& simulator, const dedalus::Run& shown,
                                 const dedalus::Run& other, dedalus::TupleId tuple,
                                 dedalus::Time time);

}  // namespace cutset::modelcheck
