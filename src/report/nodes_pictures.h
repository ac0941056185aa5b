// Pictures of how writes are lost on nodes: the run of a finding beside the nearest run
// that held, each with the write that is followed.
//
// Nearest is the same schedule at another duration, the closest first; then the finding
// with a fault made weaker; then its proper parts, the largest first; then no fault.
//
// Thread rule: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "campaign/nodes/node_summary.h"
#include "lineage/messages/run_sketch.h"

namespace cutset::report {

/// By run.
using Sketches = std::map<std::string, lineage::messages::RunSketch>;

struct GoodRun {
  std::string run;
  campaign::nodes::NodeSchedule schedule;
};

/// Nearest first.
std::vector<GoodRun> nearest_good_runs(const campaign::nodes::NodeSummary& summary,
                                       const campaign::nodes::MechanismGroup& group);

/// The runs whose sketches nodes_picture() may use.
std::vector<std::string> runs_of_pictures(const campaign::nodes::NodeSummary& summary);

/// The diagram with its heading and what it shows; where the run has no sketch, a line
/// that says so.
std::string nodes_picture(const campaign::nodes::NodeSummary& summary,
                          const campaign::nodes::MechanismGroup& group,
                          const Sketches& sketches);

/// The write of the finding's run that is followed: the first of `lost`, else the first
/// that is lost. Null: none.
const lineage::messages::SketchWrite* lost_write(
    const lineage::messages::RunSketch& sketch,
    const std::vector<campaign::nodes::LostWrite>& lost);

/// The write of a good run that is most like it: kept, acknowledged in the same phase of
/// the faults, at the nearest time.
const lineage::messages::SketchWrite* write_like(
    const lineage::messages::RunSketch& good, const lineage::messages::RunSketch& bad,
    const lineage::messages::SketchWrite& lost);

}  // namespace cutset::report
