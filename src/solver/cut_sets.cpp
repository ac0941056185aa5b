#include "solver/cut_sets.h"

#include <algorithm>

#include "base/check.h"
#include "lineage/graph_evaluator.h"
#include "solver/formula.h"

namespace cutset::solver {

namespace {

using Clock = std::chrono::steady_clock;
using lineage::DerivationGraph;
using lineage::NodeId;

/// Likeliest first, then by event: the order in which events are combined.
bool likelier(const CutCandidate& a, const CutCandidate& b) {
  if (a.likelihood != b.likelihood) return a.likelihood > b.likelihood;
  return a.event < b.event;
}

bool comes_first(const CutSet& a, const CutSet& b) {
  if (a.events.size() != b.events.size()) return a.events.size() < b.events.size();
  if (a.likelihood != b.likelihood) return a.likelihood > b.likelihood;
  return a.events < b.events;
}

class Deadline {
 public:
  explicit Deadline(const CutOptions& options)
      : end_(Clock::now() + options.time_limit), stop_(options.stop) {}
  bool passed() {
    passed_ = passed_ || Clock::now() >= end_ || (stop_ && stop_());
    return passed_;
  }

 private:
  Clock::time_point end_;
  std::function<bool()> stop_;
  bool passed_ = false;
};

/// Sets of two events and more, by SAT.
class LargerSets {
 public:
  LargerSets(const DerivationGraph& graph, NodeId root,
             std::vector<CutCandidate> candidates, const CutOptions& options,
             Deadline& deadline)
      : candidates_(std::move(candidates)),
        options_(options),
        deadline_(deadline),
        formula_(solver_) {
    solver_.set_stop([this] { return deadline_.passed(); });
    encode(graph, root);
  }

  /// Appends to `found`; false: not all of this size were found.
  bool find(size_t size, std::vector<CutSet>& found) {
    std::vector<Literal> assumptions{broken_, at_least_[size - 1]};
    if (size < at_least_.size()) assumptions.push_back(-at_least_[size]);
    for (const Literal guard : guards_) {
      assumptions.push_back(guard);
      if (!find_all(assumptions, found)) return false;
      assumptions.pop_back();
    }
    return true;
  }

 private:
  void encode(const DerivationGraph& graph, NodeId root) {
    std::vector<Literal> present;
    std::vector<std::vector<Literal>> failed;
    for (const DerivationGraph::Node& node : graph.nodes()) {
      if (node.type != DerivationGraph::Type::kPresent &&
          node.type != DerivationGraph::Type::kFailed) {
        continue;
      }
      if (node.event >= present.size()) {
        present.resize(node.event + size_t{1}, formula_.always());
        failed.resize(node.event + size_t{1});
      }
      if (node.kind >= failed[node.event].size()) {
        failed[node.event].resize(node.kind + size_t{1}, formula_.never());
      }
    }
    for (const CutCandidate& candidate : candidates_) {
      const Literal fails = formula_.variable();
      choices_.push_back(fails);
      present[candidate.event] = -fails;
      for (Literal& kind : failed[candidate.event]) kind = fails;
    }
    broken_ = -formula_.encode(graph, present, failed)[root];
    at_least_ = formula_.count(choices_, std::min(options_.largest + 1, choices_.size()));
    make_guards();
  }

  /// Guard i allows the likeliest events only, four times as many as the one before.
  void make_guards() {
    constexpr size_t kFirst = 16;
    constexpr size_t kFactor = 4;
    for (size_t allowed = kFirst; allowed < choices_.size(); allowed *= kFactor) {
      const Literal guard = formula_.variable();
      for (size_t i = allowed; i < choices_.size(); ++i) {
        formula_.require_any({-guard, -choices_[i]});
      }
      guards_.push_back(guard);
    }
    guards_.push_back(formula_.always());
  }

  bool find_all(const std::vector<Literal>& assumptions, std::vector<CutSet>& found) {
    while (true) {
      if (found_ >= options_.most_found || deadline_.passed()) return false;
      const SatSolver::Answer answer = solver_.solve(assumptions);
      if (answer == SatSolver::Answer::kStopped) return false;
      if (answer == SatSolver::Answer::kUnsatisfiable) return true;
      found.push_back(blocked_model());
      ++found_;
    }
  }

  /// The set in the model; its supersets are excluded from now on.
  CutSet blocked_model() {
    CutSet set;
    std::vector<Literal> clause;
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (!solver_.value(choices_[i])) continue;
      clause.push_back(-choices_[i]);
      set.events.push_back(candidates_[i].event);
      set.likelihood *= candidates_[i].likelihood;
    }
    std::sort(set.events.begin(), set.events.end());
    formula_.require_any(clause);
    return set;
  }

  std::vector<CutCandidate> candidates_;
  const CutOptions& options_;
  Deadline& deadline_;
  SatSolver solver_;
  Formula formula_;
  std::vector<Literal> choices_;
  std::vector<Literal> at_least_;
  std::vector<Literal> guards_;
  Literal broken_ = 0;
  size_t found_ = 0;
};

class Search {
 public:
  Search(const DerivationGraph& graph, NodeId root, const CutOptions& options)
      : graph_(graph),
        root_(root),
        options_(options),
        deadline_(options),
        evaluator_(graph, root) {}

  CutSets run(std::vector<CutCandidate> candidates) {
    if (!evaluator_.holds()) {
      result_.sets.push_back({});
      return std::move(result_);
    }
    std::sort(candidates.begin(), candidates.end(), likelier);
    const std::vector<CutCandidate> others = find_single_points(candidates);
    if (options_.largest >= 2 && result_.complete) find_larger(others);
    finish();
    return std::move(result_);
  }

 private:
  /// Returns the candidates on which the root depends and that alone do not cut.
  std::vector<CutCandidate> find_single_points(
      const std::vector<CutCandidate>& candidates) {
    std::vector<CutCandidate> others;
    if (options_.largest == 0) return others;
    for (const CutCandidate& candidate : candidates) {
      if (evaluator_.leaves_of(candidate.event).empty()) continue;
      if (deadline_.passed()) {
        result_.complete = false;
        break;
      }
      evaluator_.set_failed(candidate.event, true);
      if (evaluator_.holds()) {
        others.push_back(candidate);
      } else {
        found_.push_back({{candidate.event}, candidate.likelihood});
        result_.single_points.push_back(candidate.event);
      }
      evaluator_.set_failed(candidate.event, false);
    }
    std::sort(result_.single_points.begin(), result_.single_points.end());
    return others;
  }

  void find_larger(const std::vector<CutCandidate>& candidates) {
    if (candidates.size() < 2) return;
    LargerSets larger(graph_, root_, candidates, options_, deadline_);
    const size_t largest = std::min(options_.largest, candidates.size());
    for (size_t size = 2; size <= largest && result_.complete; ++size) {
      result_.complete = larger.find(size, found_);
    }
  }

  void finish() {
    std::sort(found_.begin(), found_.end(), comes_first);
    std::vector<size_t> given(options_.largest + 1, 0);
    for (CutSet& set : found_) {
      if (given[set.events.size()]++ < options_.most) {
        result_.sets.push_back(std::move(set));
      } else {
        ++result_.left_out;
      }
    }
    result_.stopped = !result_.complete && deadline_.passed();
  }

  const DerivationGraph& graph_;
  NodeId root_;
  const CutOptions& options_;
  Deadline deadline_;
  lineage::GraphEvaluator evaluator_;
  CutSets result_;
  std::vector<CutSet> found_;
};

}  // namespace

CutSets cut_sets(const DerivationGraph& graph, NodeId root,
                 const std::vector<CutCandidate>& candidates, const CutOptions& options) {
  CHECK(root < graph.nodes().size());
  return Search(graph, root, options).run(candidates);
}

}  // namespace cutset::solver
