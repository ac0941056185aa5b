// Findings as people count them: those on the same calls that break the same outcomes are
// one, with its variants (a call that may fail with 500 or with a time-out is one bug,
// not two).
//
// Thread rule: values; pure functions.
#pragma once

#include <string>
#include <vector>

#include "report/journal_reader.h"

namespace cutset::report {

enum class FindingKind { kConfirmed, kFlaky, kAccepted };

FindingKind kind_of(const campaign::Finding& finding);

struct FindingGroup {
  std::vector<const JournalFinding*> variants;  // never empty; [0] was found first
  /// The faults of variants[0], in the order in which their calls are made.
  campaign::FaultSet faults;
  /// For each of them every mode of the group.
  std::vector<std::vector<identity::FaultMode>> modes;
  /// Whether every combination of `modes` belongs to some variant; if not, the variants
  /// have to be listed.
  bool modes_combine = true;
};

/// In the order of their first variants. The pointers go into `view`.
std::vector<FindingGroup> group_findings(const JournalView& view, FindingKind kind);

/// One line a fault: "tax answers 503 to orders (GET /tax#1)".
std::vector<std::string> group_words(const FindingGroup& group);
/// "any of error(500), refuse", or "each of them any of ..." where all faults have the
/// same modes, else one line a fault; empty where there is nothing to choose or the modes
/// do not combine.
std::vector<std::string> group_modes_words(const FindingGroup& group);
/// The modes of one variant, in the order of group.faults: "error(500), timeout".
std::string variant_words(const FindingGroup& group, const JournalFinding& variant);
/// "" if the finding was run by itself; else why no run of its own was needed.
std::string shown_by_words(const campaign::Finding& finding);
/// Does `fired` contain all faults of the finding, in their own modes or in ones of the
/// same kinds?
bool contains_finding(const campaign::FaultSet& fired, const campaign::Finding& finding);
/// "order confirmed is violated", joined by ", "; "its outcomes vary" where none is
/// recorded.
std::string broken_words(const campaign::Finding& finding);

}  // namespace cutset::report
