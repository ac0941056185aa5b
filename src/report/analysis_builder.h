// From classes of requests to what `cutset analyze` shows: the tree of calls, what is
// redundant, single points of failure, minimal cut sets, supports.
//
// Guarantees: deterministic (but for the time limit, which is named in the notes when it
// was reached); the names of classes are unique.
//
// Thread rule: pure functions.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "lineage/class_graph.h"
#include "lineage/request_classes.h"
#include "report/analysis.h"
#include "solver/event_cuts.h"

namespace cutset::report {

struct AnalysisOptions {
  size_t largest_cut = 3;
  size_t most_cuts = 20;  // of each size
  size_t most_supports = 5;
  size_t most_classes = 1000;
  std::chrono::milliseconds time_limit{2000};  // for the cut sets of one class
  std::function<bool()> stop;                  // may be empty
};

struct BuiltAnalysis {
  std::vector<AnalysedClass> classes;  // most runs first
  // Of classes, by index: for the exports.
  std::vector<lineage::RequestClass> requests;
  std::vector<lineage::ClassGraph> graphs;
  std::vector<std::string> unused;  // what could not be used, and why
};

BuiltAnalysis build_analysis(const lineage::RequestClasses& classes,
                             const AnalysisOptions& options = {});

/// One class.
AnalysedClass analysed_class(const lineage::RequestClass& request_class,
                             const lineage::ClassGraph& graph,
                             const AnalysisOptions& options);

}  // namespace cutset::report
