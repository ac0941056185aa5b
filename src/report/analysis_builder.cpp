#include "report/analysis_builder.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"
#include "lineage/class_redundancy.h"
#include "lineage/graph_evaluator.h"
#include "lineage/graph_supports.h"

namespace cutset::report {

namespace {

using lineage::ClassCall;
using lineage::ClassGraph;
using lineage::Redundancy;
using lineage::RequestClass;

std::string counted(int64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

/// A line for each reason, the commonest first.
std::vector<std::string> incomplete_words(const lineage::IncompleteReasons& reasons) {
  std::vector<lineage::IncompleteReasons::const_iterator> order;
  for (auto it = reasons.begin(); it != reasons.end(); ++it) order.push_back(it);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a->second.count > b->second.count;
  });
  std::vector<std::string> lines;
  for (const auto& reason : order) {
    const auto& [count, example] = reason->second;
    lines.push_back(
        fmt::format("{}: {} ({}trace {})",
                    counted(count, "incomplete request", "incomplete requests"),
                    reason->first, count == 1 ? "" : "one is ", example));
  }
  return lines;
}

class ClassBuilder {
 public:
  ClassBuilder(const RequestClass& request_class, const ClassGraph& graph,
               const AnalysisOptions& options)
      : class_(request_class),
        graph_(graph),
        options_(options),
        redundancies_(lineage::redundancies_of(request_class.identities)) {
    const std::vector<ClassCall>& calls = class_.identities.calls;
    ids_.reserve(calls.size());
    for (const ClassCall& call : calls) {
      const std::string above =
          call.parent < 0 ? "" : ids_[static_cast<size_t>(call.parent)] + " > ";
      ids_.push_back(above + call.point.text());
    }
  }

  AnalysedClass build() {
    add_counts();
    add_calls();
    add_survived();
    if (answers()) find_unexplained();
    if (answers()) add_cuts();
    add_redundancies();
    if (answers()) add_supports();
    for (const lineage::GraphPass& pass : graph_.rules.passes) {
      result_.passes.push_back(
          {pass.name, pass.what, pass.nodes, pass.edges, pass.leaves});
    }
    add_notes();
    return std::move(result_);
  }

 private:
  /// Was the entry ever seen to answer without an error?
  bool answers() const { return !graph_.rules.of[0].empty(); }

  std::vector<std::string> names(const std::vector<uint32_t>& calls) const {
    std::vector<std::string> result;
    for (const uint32_t call : calls) result.push_back(ids_[call]);
    return result;
  }

  void add_counts() {
    result_.name = class_.name;
    result_.entry = class_.entry;
    result_.shape = hex16(class_.shape);
    result_.runs = class_.runs;
    result_.failed = class_.failed;
    result_.incomplete = class_.incomplete;
    result_.sampled = static_cast<int64_t>(class_.identities.runs.size());
    result_.example = class_.example;
    const identity::Point& entry = class_.identities.calls[0].point;
    result_.outcomes = {entry.callee + " answers " + entry.signature};
  }

  void add_calls() {
    const std::vector<ClassCall>& calls = class_.identities.calls;
    for (size_t i = 0; i < calls.size(); ++i) {
      AnalysedCall call;
      call.id = ids_[i];
      call.depth = calls[i].depth;
      call.words = class_.identities.words(i);
      call.present = calls[i].present;
      call.errors = calls[i].errors;
      call.stable = calls[i].stable;
      call.unordered = calls[i].unordered;
      call.awaited = calls[i].awaited;
      call.retry = calls[i].retry;
      if (!call.stable) result_.unstable.push_back(call.id);
      result_.calls.push_back(std::move(call));
    }
  }

  void add_survived() {
    for (const lineage::ClassRun& run : class_.identities.runs) {
      if (run.failed) continue;
      for (const lineage::RunCall& call : run.calls)
        result_.calls[call.call].survived += call.failed ? 1 : 0;
    }
  }

  /// Failed runs in which the graph holds although their failed calls are gone.
  void find_unexplained() {
    lineage::GraphEvaluator evaluator(graph_.graph, graph_.root);
    for (const lineage::ClassRun& run : class_.identities.runs) {
      if (!run.failed) continue;
      const auto set_failed = [&](bool failed) {
        for (const lineage::RunCall& call : run.calls) {
          if (call.failed) evaluator.set_failed(call.call, failed);
        }
      };
      set_failed(true);
      if (evaluator.holds() && ++result_.unexplained_failures == 1)
        unexplained_example_ = run.run;
      set_failed(false);
    }
  }

  void add_cuts() {
    solver::EventCutOptions options;
    options.largest = static_cast<uint32_t>(options_.largest_cut);
    options.most = options_.most_cuts;
    options.time_limit = options_.time_limit;
    options.stop = options_.stop;
    std::vector<solver::EventCandidate> candidates;
    for (const uint32_t event : graph_.events)
      candidates.push_back({event, graph_.likelihood[event]});
    const solver::EventCuts cuts =
        solver::event_cuts(graph_.graph, graph_.root, candidates, options);
    for (const solver::EventCut& set : cuts.sets)
      result_.cuts.push_back({names(set.events), set.likelihood, ""});
    result_.cuts_left_out = cuts.left_out;
    result_.cuts_complete = cuts.complete;
    result_.largest_cut = static_cast<int64_t>(options_.largest_cut);
    result_.single_points = names(cuts.single_points);
    if (!cuts.stopped) {
      for (const uint32_t event : graph_.events) result_.calls[event].redundant = true;
    }
    for (const uint32_t event : cuts.single_points) {
      result_.calls[event].single_point = true;
      result_.calls[event].redundant = false;
    }
    if (cuts.stopped) {
      result_.notes.push_back(
          "The search for combinations was stopped by its time limit; there may be "
          "more.");
    } else if (!cuts.complete) {
      result_.notes.push_back("There are more combinations than were looked for.");
    }
  }

  void add_redundancies() {
    for (const Redundancy& redundancy : redundancies_) {
      result_.redundancies.push_back({names(redundancy.failed), names(redundancy.instead),
                                      redundancy.runs, redundancy.example});
      for (const uint32_t call : redundancy.failed) {
        if (!result_.calls[call].single_point) result_.calls[call].redundant = true;
      }
    }
  }

  void add_supports() {
    std::vector<std::vector<uint32_t>> failures;
    for (const Redundancy& redundancy : redundancies_)
      failures.push_back(redundancy.failed);
    for (const lineage::GraphSupport& support : lineage::sample_supports(
             graph_.graph, graph_.root, failures, options_.most_supports)) {
      result_.supports.push_back(names(support.events));
      result_.support_conditions.push_back(names(support.condition));
    }
  }

  void add_notes() {
    std::vector<std::string>& notes = result_.notes;
    notes.insert(notes.end(), graph_.rules.notes.begin(), graph_.rules.notes.end());
    if (!answers())
      notes.push_back(
          "The entry was never seen to answer without an error, so nothing "
          "can be said about what it needs.");
    if (answers() && graph_.events.empty())
      notes.push_back("No call that the entry waits for was seen: nothing to break.");
    if (const int64_t count = result_.unexplained_failures; count > 0) {
      notes.push_back(fmt::format(
          "{} not explained by failed calls that the graph has ({}trace {}): {} not in "
          "these traces, or what was thought redundant is not.",
          counted(count, "failed request is", "failed requests are"),
          count == 1 ? "" : "one is ", unexplained_example_,
          count == 1 ? "its cause is" : "their causes are"));
    }
    if (result_.sampled < class_.runs + class_.failed)
      notes.push_back(fmt::format("Calls and errors are counted in a sample of {} of {}.",
                                  result_.sampled,
                                  counted(class_.runs + class_.failed, "run", "runs")));
    if (class_.identities.ranked > 0)
      notes.push_back(
          "Keys that are new in every run are replaced by the rank of the call among its "
          "equals: {~1}, {~2}.");
    int64_t unordered = 0;
    for (const AnalysedCall& call : result_.calls) unordered += call.unordered ? 1 : 0;
    const int64_t unstable = static_cast<int64_t>(result_.unstable.size()) - unordered;
    if (unstable > 0)
      notes.push_back(fmt::format(
          "{} made in some runs and not in others for no visible reason, or below such "
          "calls: no fault candidates.",
          counted(unstable, "call was", "calls were")));
    if (unordered > 0)
      notes.push_back(fmt::format(
          "{} made at the same time as equal ones, or below such calls: which is which "
          "is not known, no fault candidates.",
          counted(unordered, "call was", "calls were")));
    if (class_.incomplete > 0)
      notes.push_back(
          fmt::format("{} not used: parts of the trace are missing.",
                      counted(class_.incomplete, "request was", "requests were")));
    if (class_.runs > 0 && class_.runs < 3)
      notes.push_back(
          fmt::format("Seen in only {}: how stable the calls are is not known.",
                      counted(class_.runs, "run", "runs")));
  }

  const RequestClass& class_;
  const ClassGraph& graph_;
  const AnalysisOptions& options_;
  std::vector<Redundancy> redundancies_;
  std::vector<std::string> ids_;
  std::string unexplained_example_;  // run
  AnalysedClass result_;
};

}  // namespace

AnalysedClass analysed_class(const RequestClass& request_class, const ClassGraph& graph,
                             const AnalysisOptions& options) {
  return ClassBuilder(request_class, graph, options).build();
}

namespace {

/// "a#1, b#1, c#1 and 2 more"; "" for none.
std::string first_few(const std::vector<std::string>& ids) {
  constexpr size_t kShown = 3;
  std::string text;
  for (size_t i = 0; i < std::min(kShown, ids.size()); ++i)
    text += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > kShown) text += fmt::format(" and {} more", ids.size() - kShown);
  return text;
}

std::vector<std::string> only_in(const AnalysedClass& one, const AnalysedClass& other) {
  std::set<std::string_view> known;
  for (const AnalysedCall& call : other.calls) known.insert(call.id);
  std::vector<std::string> result;
  for (const AnalysedCall& call : one.calls) {
    if (known.count(call.id) > 0) continue;
    // What stands below a call that differs differs with it.
    const bool below = std::any_of(
        result.begin(), result.end(),
        [&](const std::string& above) { return call.id.starts_with(above + " > "); });
    if (!below) result.push_back(call.id);
  }
  return result;
}

/// Kinds of requests with one entry have names that differ in a number only: says of each
/// but the commonest in which calls it differs from that one.
void tell_apart(std::vector<AnalysedClass>& classes) {
  std::map<std::string, const AnalysedClass*> commonest;  // by entry
  for (AnalysedClass& here : classes) {
    const auto [first, is_first] = commonest.try_emplace(here.entry, &here);
    if (is_first) continue;
    const std::string more = first_few(only_in(here, *first->second));
    const std::string fewer = first_few(only_in(*first->second, here));
    std::string words;
    if (!more.empty()) words = "it also calls " + more;
    if (!fewer.empty())
      words += (words.empty() ? "" : "; ") + ("it does not call " + fewer);
    if (words.empty()) continue;
    here.notes.insert(here.notes.begin(),
                      fmt::format("Unlike \"{}\", {}.", first->second->name, words));
  }
}

}  // namespace

BuiltAnalysis build_analysis(const lineage::RequestClasses& classes,
                             const AnalysisOptions& options) {
  lineage::RequestClasses::Found found = classes.classes(options.most_classes);
  BuiltAnalysis result;
  for (const RequestClass& request_class : found.classes) {
    result.graphs.push_back(lineage::class_graph(request_class.identities));
    result.classes.push_back(
        analysed_class(request_class, result.graphs.back(), options));
  }
  tell_apart(result.classes);
  for (std::string& line : incomplete_words(found.reasons))
    result.unused.push_back(std::move(line));
  if (found.left_out > 0) {
    result.unused.push_back(
        fmt::format("{} of rare kinds: there are too many different kinds of requests",
                    counted(found.left_out, "request", "requests")));
  }
  result.requests = std::move(found.classes);
  return result;
}

}  // namespace cutset::report
