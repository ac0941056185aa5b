// "cutset-sketch/1": a RunSketch as JSON (docs/formats.md), as it lies beside the
// journal.
#pragma once

#include <string>
#include <string_view>

#include "lineage/messages/run_sketch.h"

namespace cutset::lineage::messages {

constexpr size_t kLargestSketchFile = size_t{4} << 20;

std::string to_json(const RunSketch& sketch);
/// Error: bad_input with `file` and the field; what is larger than a sketch can be, out
/// of range or of another version is refused.
Result<RunSketch> sketch_from_json(std::string_view text, const std::string& file);

}  // namespace cutset::lineage::messages
