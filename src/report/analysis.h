// What `cutset analyze` found, ready to be shown as text, JSON or HTML. Filled by
// analysis_builder.h; the renderers are pure functions of it.
//
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/raw_counts.h"
#include "lineage/trace_execution.h"

namespace cutset::report {

/// One input as it was read.
struct AnalysedFile {
  std::string path;
  std::string format;   // TraceReader::name(); "" if it was refused
  std::string packing;  // "plain", "gzip", "zstd"
  uint64_t bytes = 0;   // unpacked
  int64_t spans = 0;
  int64_t rejected = 0;      // spans without a valid identity
  std::string first_reason;  // of the first of them
  std::string refused;       // why it was not read (to the end); "": it was
};

/// A call as a line of the tree of a class, or as a leaf of a cut set.
struct AnalysedCall {
  std::string id;          // text of its identity
  int depth = 0;           // 0: an entry
  std::string words;       // "cart -> redis GET #2": caller, callee, signature, key
  int64_t present = 0;     // in so many of the class's runs
  int64_t errors = 0;      // in so many of those it failed
  int64_t survived = 0;    // in so many of these the request was answered
  bool stable = true;      // present in every run that got that far
  bool unordered = false;  // not stable: not told apart from equal ones at the same time
  bool awaited = true;
  bool retry = false;      // made only after a failed attempt
  bool redundant = false;  // in no minimal cut set alone: some run held without it
  bool single_point = false;
};

struct AnalysedCut {
  std::vector<std::string> ids;  // of the calls that fail together, ascending
  /// Product of the observed error rates of its calls ((errors + 1) / (present + 2)).
  double likelihood = 0;
  std::string schedule;  // file that was written for it; "" if none
};

/// What one run showed the others did not: the outcome held although `without` failed.
struct AnalysedRedundancy {
  std::vector<std::string> failed;   // ids
  std::vector<std::string> instead;  // ids of calls made only then (a fallback, a retry)
  int64_t runs = 0;
  std::string example;  // trace id
};

/// The derivation graph after each named simplification.
struct AnalysedPass {
  std::string name;
  std::string what;  // one line for the user
  int64_t nodes = 0;
  int64_t edges = 0;
  int64_t leaves = 0;
};

struct AnalysedClass {
  std::string name;        // short and unique in the analysis: "frontend GET /dispatch"
  std::string entry;       // point of the entry call
  std::string shape;       // 16 hex digits
  int64_t runs = 0;        // complete, the entry answered without error
  int64_t failed = 0;      // complete, the entry failed
  int64_t incomplete = 0;  // kept apart
  int64_t sampled = 0;     // runs that the graph was built from
  /// Sampled failed runs in which the graph still holds without the calls that failed.
  int64_t unexplained_failures = 0;
  std::string example;                     // trace id
  std::vector<AnalysedCall> calls;         // pre-order: the tree
  std::vector<std::string> unstable;       // ids that are no fault candidates
  std::vector<std::string> outcomes;       // "frontend answers GET /dispatch"
  std::vector<std::string> single_points;  // ids
  std::vector<AnalysedRedundancy> redundancies;
  std::vector<AnalysedCut> cuts;  // minimal, by size, then likeliest; singles included
  int64_t cuts_left_out = 0;      // beyond the number asked for
  bool cuts_complete = true;      // all minimal ones up to `largest_cut` were found
  int64_t largest_cut = 0;
  std::vector<std::vector<std::string>> supports;  // sampled, minimal
  /// Of supports, by index: the calls that must have failed for it to be enough (a
  /// fallback runs because something failed); empty: it is always enough.
  std::vector<std::vector<std::string>> support_conditions;
  std::vector<AnalysedPass> passes;
  std::vector<std::string> notes;  // assumptions and what could not be used
};

struct Analysis {
  std::vector<AnalysedFile> files;
  lineage::RawCounts raw;
  lineage::ModelCounts model;
  std::vector<AnalysedClass> classes;  // most runs first
  std::vector<std::string> unused;     // what could not be used, and why
};

}  // namespace cutset::report
