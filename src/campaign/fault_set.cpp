#include <algorithm>

#include <fmt/format.h>

#include "campaign/experimenter.h"

namespace cutset::campaign {

std::string Fault::text() const {
  return fmt::format("{} on {}", mode.text(), event);
}

FaultSet make_fault_set(std::vector<Fault> faults) {
  std::sort(faults.begin(), faults.end());
  faults.erase(std::unique(faults.begin(), faults.end()), faults.end());
  return faults;
}

std::string to_text(const FaultSet& faults) {
  std::string text = "{";
  for (const Fault& fault : faults) {
    if (text.size() > 1) text += ", ";
    text += fault.text();
  }
  return text + "}";
}

}  // namespace cutset::campaign
