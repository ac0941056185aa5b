// Why a fault set breaks the promise, in words. Thread rule: as the Simulator: one
// thread.
#pragma once

#include "course/grades.h"

#include "dedalus/evaluation/simulator.h"

namespace cutset::course {

/// Requires: bad is violated, a run of `simulator`.
Counterexample explain(dedalus::Simulator& simulator, const dedalus::Run& bad);

}  // namespace cutset::course
