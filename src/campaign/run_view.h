// A run as the learner sees it: handler invocations with their children, in small
// integers.
//
// Invariants: an invocation's parent stands before it; [0] is the entry. Equal siblings
// that were in flight together without a difference are one child, "#*" (calls.md section
// 1).
//
// Thread rule: values; Vocabulary has one owner.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "campaign/experimenter.h"
#include "campaign/names.h"
#include "campaign/refinement.h"
#include "campaign/verdict.h"

namespace cutset::campaign {

/// All names that the model uses.
struct Vocabulary {
  Names labels;     // what a caller sees
  Names points;     // local points with ordinal: "stock:GET /items/:id#1"
  Names bases;      // the same without ordinal
  Names handlers;   // "stock:GET /items/:id"
  Names positions;  // call identities, "#*" for unordered siblings
  std::vector<int> base_of_point;
  std::vector<int> handler_of_base;

  int point(const identity::Point& point);
};

/// How often each effectful operation was executed, by what it answered: (handler, label)
/// -> count.
using Effects = std::map<std::pair<int, int>, int>;

struct ChildView {
  int point = 0;
  int label = 0;  // what the caller saw; of unordered siblings all of them, sorted
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  std::vector<int> members;  // invocations; more than one: unordered siblings
};

struct InvocationView {
  int position = 0;
  int handler = 0;
  int answer = 0;  // label of what the callee answered
  bool executed = false;
  bool shows_rules =
      false;  // its handler ran, or failed by itself; not: kept from running by a fault
  std::vector<int>
      attempts_before;  // of the same base: label answered, or -1 if not executed
  std::vector<ChildView> children;  // order of arrival
};

struct RunView {
  std::vector<InvocationView> invocations;
  Effects effects;
  FaultSet fired;
  std::vector<std::string> delivered;  // events on which no fault fired, sorted
  Verdict verdict = Verdict::kHeld;
};

/// The pairs (handler of the parent, base) whose equal siblings overlapped in time in
/// this run.
std::set<std::pair<std::string, std::string>> unordered_siblings(
    const lineage::Execution& execution);

RunView view_of(const ExperimentResult& result, Verdict verdict,
                const Refinement& refinement,
                const std::set<std::pair<std::string, std::string>>& unordered,
                Vocabulary& vocabulary);

/// "callee:signature"
std::string handler_name(const identity::Point& point);

}  // namespace cutset::campaign
