// What has been learned about the system: every run, the local rules read off them, and
// which (answer, effects) pairs led to which verdict.
//
// Invariants:
// 1. The model is a function of the runs in their order: adding the same runs gives the
// same model.
// 2. After learn() no run contradicts the rules: handlers that did not fit were refined
// (refinement.h).
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "campaign/handler_trees.h"
#include "campaign/label_classes.h"
#include "campaign/run_view.h"
#include "campaign/wrong_prediction.h"

namespace cutset::campaign {

/// What the outcomes said whenever a run ended with one (answer, effects).
struct Judged {
  Verdict verdict = Verdict::kHeld;
  bool ambiguous = false;  // different verdicts were seen: the pair tells nothing
};
using AnswerAndEffects = std::pair<int, Effects>;

class Model {
 public:
  /// Learns from one run. Returns the rules that it proved wrong.
  std::vector<WrongPrediction> learn(const ExperimentResult& result, Verdict verdict);

  /// Call when the runs without faults are learned: which calls are in flight together is
  /// what they showed. Equal siblings that overlapped become one event.
  void fix_concurrency();

  const Vocabulary& vocabulary() const { return vocabulary_; }
  const std::vector<RunView>& runs() const { return views_; }
  const Refinement& refinement() const { return refinement_; }
  const std::map<AnswerAndEffects, Judged>& judged() const { return judged_; }

  /// All rules, with kinds merged.
  const std::map<int, HandlerTree>& trees() const { return merged_.trees(); }
  /// For people: the handler, and where its rules apply.
  const std::string& tree_name(int tree_number) const { return keys_.text(tree_number); }
  /// The rules that apply to an invocation; nullptr: never seen.
  const HandlerTree* tree(int handler, int position,
                          const std::vector<int>& attempts) const;
  int tree_number(int handler, int position, const std::vector<int>& attempts) const;
  /// Handlers at kByAttempts: what earlier attempts had done whenever this position was
  /// reached.
  std::vector<std::vector<int>> known_attempts(int handler, int position) const;
  bool is_opaque(int handler) const;
  bool by_attempts(int handler) const;

  /// Is this the edge that an invocation takes at a node when child `index` of its set
  /// shows this label, the other children matching the edge?
  bool edge_matches(const HandlerTree& tree, int tree_number, int node, const Edge& edge,
                    size_t index, int label) const;
  /// A handler that answered with the very status that its one child showed passes
  /// statuses on: the answer to another status of the same kind is that status. nullopt
  /// where this is not so, and where bodies or the outcomes' reading of the answer count.
  std::optional<int> passed_on(const HandlerTree& tree, int tree_number, int node,
                               int label) const;
  /// Are the two labels of this child one kind? Either the rules say so, or nothing is
  /// known of one of them, both are failed answers, and the call is never made without
  /// faults: it cannot be failed alone, so one status stands for all (calls.md 5.2).
  bool one_kind(const HandlerTree& tree, int tree_number, int base, int label,
                int other) const;

  /// Calls that were seen below a position, whatever made them.
  struct SeenCall {
    int position = 0;
    int base = 0;
    int caller_handler = 0;
    friend auto operator<=>(const SeenCall&, const SeenCall&) = default;
  };
  std::vector<SeenCall> calls_below(int position) const;

  /// Every position seen, in an order that agrees with the arrival of calls in the runs:
  /// one that appeared later stands behind the call that it followed.
  const std::vector<int>& arrival_order() const { return arrival_order_; }

  bool is_effectful(int handler) const { return effectful_.count(handler) > 0; }
  /// Is executing this handler possibly more than reading: it or something below it is
  /// effectful, never seen, or does not follow rules?
  bool may_change_state(int handler) const;
  /// A label without the body: "status:200/ab" -> "status:200". Adds to the vocabulary on
  /// first use.
  int coarse(int label) const;
  /// What the caller will see of a fault: fault_label(), but a delay beyond what this
  /// caller waits for a call of this base is a time-out to it.
  std::string shown_by(const identity::FaultMode& mode, int caller_handler,
                       int base) const;
  int label(const std::string& text) const { return vocabulary_.labels.of(text); }
  int position(const std::string& text) const { return vocabulary_.positions.of(text); }
  /// How many siblings one "#*" child stands for; 1 for others.
  int multiplicity(int position) const;
  /// When its caller gave up on a call of this base from this handler, milliseconds;
  /// rounded so that it is the same in every campaign. nullopt: it never did.
  std::optional<int> patience(int caller_handler, int base) const;

 private:
  using Siblings = std::set<std::pair<std::string, std::string>>;

  std::optional<Contradiction> learn_view(HandlerTrees& trees, const RunView& view,
                                          const HandlerTrees::Classes& classes);
  WrongPrediction refine(const Contradiction& contradiction);
  void rebuild(std::vector<WrongPrediction>& wrong);
  void merge_trees(bool from_scratch);
  void note_facts(const ExperimentResult& result, const RunView& view);
  std::string action_text(const Action& action) const;
  std::string status_of(int label) const;
  bool may_pass_on(const HandlerTree& tree, const Edge& edge, size_t index) const;

  std::vector<ExperimentResult> results_;
  std::vector<Verdict> verdicts_;
  std::vector<RunView> views_;
  mutable Vocabulary vocabulary_;  // grows when a prediction needs a name
  Refinement refinement_;
  Concurrency concurrency_;
  Siblings unordered_;
  HandlerTrees raw_;     // every label by itself
  HandlerTrees merged_;  // by classes
  LabelClasses classes_;
  mutable Names keys_;  // of trees
  std::map<std::pair<int, int>, std::set<std::vector<int>>>
      attempts_;  // (handler, position)
  std::map<AnswerAndEffects, Judged> judged_;
  std::set<int> effectful_;
  std::vector<int> arrival_order_;
  std::set<std::pair<int, int>> made_without_faults_;  // (handler, base of its child)
  std::map<int, int> multiplicity_;                    // by position
  std::map<std::pair<int, int>, int> patience_ms_;     // by (caller handler, base)
};

}  // namespace cutset::campaign
