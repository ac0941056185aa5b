// What is known of the messages of a run, as text: links, roles, what the copies of
// writes rest on, how those died that are gone, and what the system did by itself. Thread
// rule: pure functions.
#pragma once

#include <string>

#include "lineage/messages/run_sketch.h"
#include "report/messages_analysis.h"

namespace cutset::report {

std::string messages_text(const MessagesAnalysis& analysis);
/// One write in order of time: its messages, its copies, how they ended.
std::string write_text(const lineage::messages::RunSketch& sketch,
                       const lineage::messages::SketchWrite& write);

}  // namespace cutset::report
