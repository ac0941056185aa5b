#include "search.h"

#include "base/check.h"

namespace cutset::testing {

namespace {

void expand(const campaign::Finding& finding, size_t index, campaign::FaultSet chosen,
            std::set<campaign::FaultSet>& all) {
  if (index == finding.faults.size()) {
    all.insert(campaign::make_fault_set(std::move(chosen)));
    return;
  }
  for (const identity::FaultMode& mode : finding.alternatives[index]) {
    campaign::FaultSet more = chosen;
    more.push_back({finding.faults[index].event, mode});
    expand(finding, index + 1, std::move(more), all);
  }
}

}  // namespace

SearchResult search(const Application& application, bool compose,
                    const std::string& folder) {
  SimulatedExperimenter experimenter(application);
  auto journal = campaign::Journal::create("");
  CHECK(journal.ok());
  campaign::CampaignOptions options;
  options.name = application.name;
  options.faults.modes = application.modes;
  options.faults.budget = application.budget;
  options.fault_free_runs = 1;
  options.repeat = 1;
  options.compose = compose;
  options.folder = folder;
  campaign::Campaign campaign(experimenter, **journal, options);
  auto summary = campaign.run();
  CHECK(summary.ok());
  SearchResult result;
  result.summary = *summary;
  for (const campaign::Finding& finding : result.summary.findings) {
    expand(finding, 0, {}, result.minimal);
  }
  return result;
}

std::string to_text(const std::set<campaign::FaultSet>& sets) {
  std::string text;
  for (const campaign::FaultSet& faults : sets) text += campaign::to_text(faults) + "\n";
  return text;
}

std::set<std::set<std::string>> calls_of(const std::set<campaign::FaultSet>& sets) {
  std::set<std::set<std::string>> result;
  for (const campaign::FaultSet& faults : sets) {
    std::set<std::string> calls;
    for (const campaign::Fault& fault : faults) calls.insert(fault.event);
    result.insert(std::move(calls));
  }
  return result;
}

}  // namespace cutset::testing
