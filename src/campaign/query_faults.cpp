#include "campaign/query_faults.h"

#include <algorithm>

namespace cutset::campaign {

namespace {

using identity::FaultMode;

std::vector<FaultMode> by_preference(const std::set<Fault>& run_alone,
                                     const std::string& event,
                                     std::vector<FaultMode> modes) {
  const auto rank = [&](const FaultMode& mode) {
    return std::pair(run_alone.count({event, mode}) == 0, mode.status == 500);
  };
  std::stable_sort(
      modes.begin(), modes.end(),
      [&](const FaultMode& a, const FaultMode& b) { return rank(a) < rank(b); });
  return modes;
}

}  // namespace

QueryFaults::QueryFaults(const Model& model, const Composition& composition) {
  std::set<Fault> run_alone;
  for (const RunView& run : model.runs()) {
    if (run.fired.size() == 1) run_alone.insert(run.fired.front());
  }
  for (uint32_t event = 0; event < composition.events.size(); ++event) {
    const ComposedEvent& composed = composition.events[event];
    event_of_[composed.event] = event;
    for (uint32_t kind = 0; kind < composed.kinds.size(); ++kind) {
      faults_.push_back(
          {event, kind,
           by_preference(run_alone, composed.event, composed.kinds[kind].modes)});
    }
  }
  std::map<int, int> latest_first;
  for (const int position : model.arrival_order()) {
    latest_first[position] = -static_cast<int>(latest_first.size());
  }
  const auto rank = [&](const KindFault& fault) {
    return std::pair(latest_first[composition.events[fault.event].position], fault.kind);
  };
  std::stable_sort(
      faults_.begin(), faults_.end(),
      [&](const KindFault& a, const KindFault& b) { return rank(a) < rank(b); });
  of_event_.resize(composition.events.size());
  for (uint32_t event = 0; event < composition.events.size(); ++event) {
    of_event_[event].resize(composition.events[event].kinds.size());
  }
  for (solver::FaultId fault = 0; fault < faults_.size(); ++fault) {
    of_event_[faults_[fault].event][faults_[fault].kind] = fault;
  }
}

std::optional<uint32_t> QueryFaults::event(const std::string& event) const {
  const auto found = event_of_.find(event);
  if (found == event_of_.end()) return std::nullopt;
  return found->second;
}

std::optional<solver::FaultId> QueryFaults::find(const Fault& fault) const {
  const std::optional<uint32_t> here = event(fault.event);
  if (!here) return std::nullopt;
  for (const solver::FaultId id : of_event_[*here]) {
    const std::vector<FaultMode>& modes = faults_[id].modes;
    if (std::find(modes.begin(), modes.end(), fault.mode) != modes.end()) return id;
  }
  return std::nullopt;
}

std::optional<std::vector<solver::FaultId>> QueryFaults::find(
    const FaultSet& faults) const {
  std::vector<solver::FaultId> result;
  for (const Fault& fault : faults) {
    const std::optional<solver::FaultId> id = find(fault);
    if (!id) return std::nullopt;
    result.push_back(*id);
  }
  return result;
}

}  // namespace cutset::campaign
