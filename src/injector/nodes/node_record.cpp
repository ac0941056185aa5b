#include "injector/nodes/node_record.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/nodes/node_fdsl.h"

namespace cutset::injector {

namespace {

using campaign::nodes::Mode;
using campaign::nodes::NodeFault;
using campaign::nodes::NodeFaultReport;
using lineage::messages::LifeEvent;

/// The actions of a fault: its moment, and the moments that follow from it.
bool is_of(const play::ActionRecord& action, const std::string& moment) {
  const std::string& name = action.action.moment;
  return name == moment || name.starts_with(moment + "-");
}

/// A restart ends the fault as a heal ends a partition.
int64_t undone_at(const play::ActionRecord& action, const NodeFault& fault) {
  if (fault.element.mode == Mode::kCrash) return 0;
  if (action.undone_ns) return *action.undone_ns;
  if (action.fired_ns && fault.element.mode == Mode::kRestart)
    return *action.fired_ns +
           std::chrono::duration_cast<std::chrono::nanoseconds>(fault.duration).count();
  if (action.fired_ns && action.action.what == "restart") return *action.fired_ns;
  return 0;
}

}  // namespace

std::vector<FaultTimes> fault_reports(const campaign::nodes::NodeSchedule& schedule,
                                      const NodesConfig& nodes,
                                      const play::PlayRecord& record,
                                      campaign::nodes::NodeRun& run) {
  std::vector<FaultTimes> times;
  const std::vector<NodeFault> faults = schedule.faults();
  for (size_t i = 0; i < faults.size(); ++i) {
    NodeFaultReport report;
    report.node = nodes.host_of(faults[i].element.at);
    report.fired = true;
    FaultTimes time;
    std::vector<std::string> errors;
    bool any = false;
    for (const play::ActionRecord& action : record.actions) {
      if (!is_of(action, fault_moment(i))) continue;
      any = true;
      if (action.fate != play::Fate::kFired) report.fired = false;
      if (action.fate == play::Fate::kNotReached) report.reachable = false;
      if (!action.error.empty())
        errors.push_back(fmt::format("{}: {}", action.action.id, action.error));
      if (action.fired_ns && (time.fired_ns == 0 || *action.fired_ns < time.fired_ns))
        time.fired_ns = *action.fired_ns;
      time.undone_ns = std::max(time.undone_ns, undone_at(action, faults[i]));
    }
    report.fired = report.fired && any;
    // What fired in part is neither this fault nor none: the run shows nothing.
    if (time.fired_ns != 0) report.reachable = true;
    report.undone = errors.empty();
    report.error = join(errors, "; ");
    run.faults.push_back(std::move(report));
    times.push_back(time);
  }
  return times;
}

Status nothing_stays(const play::PlayRecord& record) {
  for (const play::HostRecord& host : record.hosts) {
    if (!host.lost.empty())
      return Error::unavailable(fmt::format("{} is lost: {}", host.name, host.lost));
    if (!host.problems.empty()) {
      return Error::unavailable(fmt::format("{}: a fault was not undone: {}", host.name,
                                            host.problems.front()));
    }
  }
  return {};
}

Error workload_error(const play::PlayRecord& record, const std::string& clients_on) {
  for (const play::ActionRecord& action : record.actions) {
    if (action.action.moment != kWorkloadMoment || action.error.empty()) continue;
    return Error::unavailable(fmt::format("the workload cannot be started on {}: {}",
                                          clients_on, action.error));
  }
  return *record.workload;
}

void add_life(const campaign::nodes::NodeSchedule& schedule, const NodesConfig& nodes,
              const std::vector<FaultTimes>& times,
              lineage::messages::MessageExecution& execution) {
  const std::vector<NodeFault> faults = schedule.faults();
  for (size_t i = 0; i < faults.size() && i < times.size(); ++i) {
    if (times[i].fired_ns == 0) continue;
    const auto& element = faults[i].element;
    const std::string& host = nodes.host_of(element.at);
    const auto node = std::find_if(execution.nodes.begin(), execution.nodes.end(),
                                   [&](const auto& one) { return one.name == host; });
    if (node == execution.nodes.end()) continue;
    const auto add = [&](LifeEvent::Kind kind, int64_t time_ns) {
      if (time_ns == 0) return;
      execution.life.push_back({static_cast<int>(node - execution.nodes.begin()),
                                element.at.process, kind, time_ns});
    };
    if (campaign::nodes::is_of_links(element.mode)) {
      add(LifeEvent::Kind::kCut, times[i].fired_ns);
      add(LifeEvent::Kind::kHealed, times[i].undone_ns);
    } else if (element.mode == Mode::kPause) {
      add(LifeEvent::Kind::kPaused, times[i].fired_ns);
      add(LifeEvent::Kind::kResumed, times[i].undone_ns);
    } else {
      add(LifeEvent::Kind::kCrashed, times[i].fired_ns);
      if (element.mode == Mode::kDiskLoss)
        add(LifeEvent::Kind::kDiskLost, times[i].fired_ns);
      add(LifeEvent::Kind::kStarted, times[i].undone_ns);
    }
  }
  std::stable_sort(execution.life.begin(), execution.life.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
}

std::vector<std::string> capture_hosts(const NodesConfig& nodes) {
  std::vector<std::string> hosts;
  for (const auto& [role, members] : nodes.roles)
    hosts.insert(hosts.end(), members.begin(), members.end());
  hosts.push_back(nodes.clients_on);
  return hosts;
}

}  // namespace cutset::injector
