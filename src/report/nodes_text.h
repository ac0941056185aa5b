// A campaign on nodes as text: the ways in which writes were lost, by which schedules and
// durations, and what is claimed at the end. Thread rule: pure functions.
#pragma once

#include <string>

#include "campaign/nodes/node_summary.h"

namespace cutset::report {

std::string nodes_text(const campaign::nodes::NodeSummary& summary, bool color);

/// "3 ways in which acknowledged writes are lost", "no schedule breaks the outcome", ...
std::string nodes_headline(const campaign::nodes::NodeSummary& summary);
/// How a rung stands in a ladder: the number of its group, "." held, "~" held and the
/// system reacted, "?" not known.
std::string rung_mark(const campaign::nodes::NodeSummary& summary,
                      const campaign::nodes::RungResult& rung);
/// The durations that break and their neighbours that hold: "breaks from 2 s to 3 s,
/// holds at 1.5 s and 5 s"; "" where nothing breaks.
std::string range_words(const campaign::nodes::LadderResult& ladder);

}  // namespace cutset::report
