// The pale lines of a picture of nodes: which links carried anything, in rows down the
// time. Their number depends on the height of the picture and the number of links, not on
// the number of messages. Thread rule: pure function.
#pragma once

#include <functional>
#include <string>

#include "lineage/messages/run_sketch.h"
#include "report/sketch_scale.h"

namespace cutset::report {

/// `x`: where a lane stands.
std::string traffic_svg(const lineage::messages::RunSketch& sketch,
                        const SketchScale& scale, const std::function<double(int)>& x);

}  // namespace cutset::report
