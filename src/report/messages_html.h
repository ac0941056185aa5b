// What a recording of messages shows as one page that loads nothing: the space-time
// picture of one write, how all writes fared, links, what the system did. Thread rule:
// pure function.
#pragma once

#include <string>

#include "lineage/messages/run_sketch.h"
#include "report/messages_analysis.h"

namespace cutset::report {

/// `write`: of `sketch`, the one that is drawn; null: none is.
std::string messages_html(const MessagesAnalysis& analysis, const std::string& file,
                          const lineage::messages::RunSketch& sketch,
                          const lineage::messages::SketchWrite* write);

}  // namespace cutset::report
