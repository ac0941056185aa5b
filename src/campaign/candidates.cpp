#include "campaign/candidates.h"

#include <algorithm>

namespace cutset::campaign {

using identity::FaultAction;
using identity::FaultMode;

FaultModel FaultModel::standard() {
  FaultModel model;
  model.modes = {{FaultAction::kError, 500, 0},      {FaultAction::kError, 503, 0},
                 {FaultAction::kRefuse, 0, 0},       {FaultAction::kTimeout, 0, 0},
                 {FaultAction::kErrorAfter, 503, 0}, {FaultAction::kDelay, 0, 0}};
  return model;
}

int delay_beyond(int patience_ms) {
  return patience_ms * 3 / 2 + 50;
}

std::vector<FaultMode> Candidates::modes(int position, int base, int caller_handler,
                                         const std::vector<int>& patience_above) const {
  const Vocabulary& vocabulary = model_.vocabulary();
  const std::string& event = vocabulary.positions.text(position);
  const size_t any_attempt = event.find("#*");
  const bool addressable =
      any_attempt == std::string::npos || any_attempt + 2 == event.size();
  if (!addressable || unstable_.count(event) > 0) return {};
  const std::string& handler =
      vocabulary.handlers.text(vocabulary.handler_of_base[static_cast<size_t>(base)]);
  const std::string service = handler.substr(0, handler.find(':'));
  for (const std::string& excluded : faults_.excluded) {
    if (excluded == service || excluded == handler) return {};
  }

  // Its own caller's time-out, and those above that would pass first.
  std::vector<int> time_outs;
  int shortest = 0;
  if (const auto own = model_.patience(caller_handler, base)) {
    time_outs.push_back(*own);
    shortest = *own;
  }
  for (const int above : patience_above) {
    if (above > 0 && (shortest == 0 || above < shortest)) {
      time_outs.push_back(above);
      shortest = above;
    }
  }
  std::vector<FaultMode> modes;
  for (const FaultMode& mode : faults_.modes) {
    if (mode.action != FaultAction::kDelay || mode.milliseconds > 0) {
      modes.push_back(mode);
      continue;
    }
    for (const int time_out : time_outs) {
      const FaultMode delay{FaultAction::kDelay, 0, delay_beyond(time_out)};
      if (std::find(modes.begin(), modes.end(), delay) == modes.end())
        modes.push_back(delay);
    }
  }
  return modes;
}

}  // namespace cutset::campaign
