#include "injector/nodes/node_sketch.h"

#include <algorithm>
#include <set>

namespace cutset::injector {

namespace {

namespace nodes = campaign::nodes;
namespace messages = lineage::messages;
using messages::SketchWindow;

int node_at(const SeenRun& seen, const nodes::Place& place) {
  if (place.is_client()) return messages::kOutside;
  const std::string& host = seen.nodes.host_of(place);
  for (size_t i = 0; i < seen.execution.nodes.size(); ++i) {
    if (seen.execution.nodes[i].name == host) return static_cast<int>(i);
  }
  return messages::kNoNode;
}

std::vector<SketchWindow> windows_of(const SeenRun& seen) {
  std::vector<SketchWindow> windows;
  size_t fault = 0;
  for (size_t step = 0; step < seen.schedule.steps.size(); ++step) {
    for (const nodes::NodeFault& each : seen.schedule.steps[step].faults) {
      const FaultTimes times =
          fault < seen.faults.size() ? seen.faults[fault] : FaultTimes{};
      ++fault;
      if (times.fired_ns == 0) continue;
      const nodes::Mode mode = each.element.mode;
      SketchWindow window;
      window.text = each.text();
      window.kind = nodes::is_of_links(mode)      ? SketchWindow::Kind::kLinks
                    : mode == nodes::Mode::kPause ? SketchWindow::Kind::kPaused
                                                  : SketchWindow::Kind::kDown;
      window.at = node_at(seen, each.element.at);
      if (nodes::is_cut(mode)) window.other = node_at(seen, each.element.other);
      if (window.at == messages::kNoNode) continue;
      window.step = step;
      window.begin_ns = times.fired_ns;
      window.for_ever = times.undone_ns == 0;
      window.end_ns = window.for_ever ? std::max(seen.execution.end_ns, times.fired_ns)
                                      : times.undone_ns;
      windows.push_back(std::move(window));
    }
  }
  return windows;
}

/// The first fault; without one, when so many writes were acknowledged that it would have
/// begun.
int64_t origin_of(const SeenRun& seen) {
  int64_t first = 0;
  for (const FaultTimes& times : seen.faults) {
    if (times.fired_ns != 0 && (first == 0 || times.fired_ns < first))
      first = times.fired_ns;
  }
  if (first != 0) return first;
  std::vector<int64_t> acknowledged;
  for (const messages::Operation& one : seen.execution.operations) {
    if (one.write && one.outcome == messages::Operation::Outcome::kOk)
      acknowledged.push_back(one.ended_ns);
  }
  std::sort(acknowledged.begin(), acknowledged.end());
  if (acknowledged.empty()) return seen.execution.begin_ns;
  const auto after = static_cast<size_t>(std::max(1, seen.nodes.after)) - 1;
  return acknowledged[std::min(after, acknowledged.size() - 1)];
}

/// The final reads, by the token that each should have found.
std::map<std::string, messages::SketchRead> reads_of(
    const SeenRun& seen, const std::map<std::string, int>& read_from,
    const std::set<std::string>& lost) {
  const int64_t started = seen.history.header.started_unix_ns.value_or(0);
  std::map<std::string, int64_t> time_of_key;
  for (const history::Operation& one : seen.history.operations) {
    if (one.is_final() && one.ok())
      time_of_key[one.key.shown()] = started + one.completed_ns;
  }
  std::map<std::string, messages::SketchRead> reads;
  for (const history::Operation& one : seen.history.operations) {
    if (one.is_final() || one.token.empty() || !one.ok()) continue;
    const auto reader = read_from.find(one.key.shown());
    const auto time = time_of_key.find(one.key.shown());
    if (reader == read_from.end() || time == time_of_key.end()) continue;
    reads[one.token] = {reader->second, time->second, !lost.contains(one.token)};
  }
  return reads;
}

}  // namespace

messages::RunSketch sketch_of_run(
    const SeenRun& seen, const std::map<std::string, messages::Lineage>& lineages,
    const std::map<std::string, int>& read_from, const nodes::NodeRun& run) {
  if (seen.execution.nodes.size() > messages::kMostSketchedNodes) return {};
  messages::SketchWish wish;
  wish.origin_ns = origin_of(seen);
  for (const messages::Node& node : seen.execution.nodes)
    wish.places.push_back(seen.nodes.place_of(node.name).text());
  wish.windows = windows_of(seen);
  // The first one names the mechanism.
  if (!run.lost.empty()) wish.wanted.push_back(run.lost.front().token);
  std::set<int> lines;
  for (const history::Fault& fault : seen.judgement.faults) lines.insert(fault.line);
  wish.lost.emplace();
  for (const history::Operation& one : seen.history.operations) {
    if (!one.token.empty() && lines.count(one.line) != 0) wish.lost->insert(one.token);
  }
  wish.reads = reads_of(seen, read_from, *wish.lost);
  return messages::sketch_of(seen.execution, lineages, wish);
}

}  // namespace cutset::injector
