// "cutset-messages-analysis/1": what a recording of messages shows, as JSON
// (schema/cutset-messages-analysis.schema.json). Thread rule: pure function.
#pragma once

#include <string>

#include "lineage/messages/run_sketch.h"
#include "report/messages_analysis.h"

namespace cutset::report {

/// `sketch`, `write`: the write that was asked for, told in full; null: none was.
std::string messages_json(const MessagesAnalysis& analysis,
                          const lineage::messages::RunSketch& sketch,
                          const lineage::messages::SketchWrite* write);

}  // namespace cutset::report
