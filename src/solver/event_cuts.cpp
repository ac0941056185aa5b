#include "solver/event_cuts.h"

#include <algorithm>

#include "base/check.h"
#include "lineage/graph_dag.h"
#include "solver/cut_search.h"
#include "solver/derivation_gates.h"

namespace cutset::solver {

namespace {

using lineage::DerivationGraph;

/// Fault i is candidate i.
FaultGraph fault_graph(const DerivationGraph& graph, lineage::NodeId root,
                       const std::vector<EventCandidate>& candidates) {
  std::vector<std::vector<FaultId>> faults;
  FaultGraph result;
  const FaultTable::Kind kind = result.faults.kind("event");
  for (const EventCandidate& candidate : candidates) {
    FaultTable::Description fault;
    fault.kind = kind;
    fault.weight = static_cast<int32_t>(lineage::dag_weight(candidate.likelihood));
    const FaultId id = result.faults.add(fault);
    if (candidate.event >= faults.size()) faults.resize(candidate.event + size_t{1});
    faults[candidate.event] = {id};
  }
  // All kinds of failure of an event are its one fault.
  for (const DerivationGraph::Node& node : graph.nodes()) {
    if (node.type != DerivationGraph::Type::kFailed || node.event >= faults.size())
      continue;
    std::vector<FaultId>& kinds = faults[node.event];
    if (!kinds.empty() && node.kind >= kinds.size())
      kinds.resize(node.kind + size_t{1}, kinds.front());
  }
  DagBuilder builder(static_cast<uint32_t>(candidates.size()));
  const Child holds = DerivationGates(graph, std::move(faults), builder).holds(root);
  result.dag = builder.finish(holds);
  return result;
}

bool comes_first(const EventCut& a, const EventCut& b) {
  if (a.events.size() != b.events.size()) return a.events.size() < b.events.size();
  if (a.likelihood != b.likelihood) return a.likelihood > b.likelihood;
  return a.events < b.events;
}

EventCut named(const FoundSet& set, const std::vector<EventCandidate>& candidates) {
  EventCut cut;
  for (const FaultId fault : set.faults) {
    cut.events.push_back(candidates[fault].event);
    cut.likelihood *= candidates[fault].likelihood;
  }
  return cut;
}

}  // namespace

EventCuts event_cuts(const DerivationGraph& graph, lineage::NodeId root,
                     std::vector<EventCandidate> candidates,
                     const EventCutOptions& options) {
  CHECK(root < graph.nodes().size());
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.event < b.event; });
  const FaultGraph faults = fault_graph(graph, root, candidates);
  SearchOptions search_options;
  search_options.budget.total = options.largest;
  search_options.time_limit = options.time_limit;
  search_options.stop = options.stop;
  CutSearch search(faults, search_options);
  EventCuts result;
  std::vector<EventCut> found;
  size_t larger = 0;
  while (larger < options.most_found) {
    const std::optional<FoundSet> set = search.next();
    if (!set) break;
    found.push_back(named(*set, candidates));
    const std::vector<uint32_t>& events = found.back().events;
    if (events.size() == 1) result.single_points.push_back(events.front());
    larger += events.size() > 1 ? 1 : 0;
  }
  result.complete = search.ending() == Ending::kComplete;
  result.stopped = search.ending() == Ending::kStopped;
  std::sort(result.single_points.begin(), result.single_points.end());
  std::sort(found.begin(), found.end(), comes_first);
  std::vector<size_t> given(options.largest + size_t{1}, 0);
  for (EventCut& cut : found) {
    if (given[cut.events.size()]++ < options.most) {
      result.sets.push_back(std::move(cut));
    } else {
      ++result.left_out;
    }
  }
  return result;
}

}  // namespace cutset::solver
