// A run as the lines that naive_evaluator.h makes, and single items of it for messages.
#pragma once

#include <set>
#include <string>

#include "dedalus/evaluation/simulator.h"

namespace cutset::dedalus {

std::set<std::string> lines_of(const Simulator& simulator, const Run& run);
std::string text_of(const Simulator& simulator, const Firing& firing);
std::string text_of(const Simulator& simulator, const Absence& absence);
std::string text_of(const Simulator& simulator, const Reason& reason);
std::string text_of(const FailureSpec& spec, const ModelFaultSet& faults);

/// Every tuple of the run, contributions included.
std::vector<Goal> goals_of(const Simulator& simulator, const Run& run);

}  // namespace cutset::dedalus
