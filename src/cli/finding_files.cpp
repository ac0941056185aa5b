#include "cli/finding_files.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "campaign/result_json.h"
#include "injector/finding_file.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

Result<injector::Finding> to_file(const campaign::Finding& finding,
                                  const injector::Config& config, uint64_t seed) {
  injector::Finding file;
  file.id = finding.id();
  file.name = config.name;
  file.verdict = "violated";
  std::string goal;
  for (const campaign::OutcomeResult& outcome : finding.outcomes) {
    file.outcomes.push_back({outcome.name,
                             std::string(campaign::outcome_state_name(outcome.state)),
                             outcome.found, outcome.expected});
    if (outcome.state == campaign::OutcomeResult::State::kDidNotRecover) {
      file.verdict = "did not recover";
    }
    goal += (goal.empty() ? "" : "; ") + outcome.name;
  }
  file.words = finding.words;
  file.reproduced_k = finding.reproduced;
  file.reproduced_n = finding.repetitions;
  std::vector<std::string> services;
  for (const injector::ServiceConfig& service : config.services)
    services.push_back(service.name);
  std::vector<injector::RequestFault> faults;
  for (const campaign::Fault& fault : finding.faults) {
    injector::RequestFault request;
    CUTSET_ASSIGN(request.call, identity::parse_call_id(fault.event));
    request.mode = fault.mode;
    faults.push_back(std::move(request));
  }
  const auto longest = std::chrono::ceil<std::chrono::seconds>(config.workload.within +
                                                               config.settle_within);
  file.schedule = injector::make_schedule(services, std::move(faults), finding.run, goal,
                                          longest.count());
  file.schedule.seed = static_cast<int64_t>(seed);
  return file;
}

}  // namespace

Status write_finding_files(const std::string& state, const injector::Config& config,
                           const campaign::CampaignSummary& summary, uint64_t seed) {
  const fs::path folder = fs::path(state) / "findings";
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return Error::internal(fmt::format("cannot make {}", folder.string()));
  for (const campaign::Finding& finding : summary.findings) {
    if (finding.status != campaign::Finding::Status::kConfirmed || finding.accepted)
      continue;
    CUTSET_ASSIGN(const injector::Finding file, to_file(finding, config, seed));
    CUTSET_TRY(write_file((folder / fmt::format("finding-{}.yaml", file.id)).string(),
                          injector::write_finding(file)));
  }
  return {};
}

Result<std::vector<campaign::FaultSet>> known_findings(const std::string& state) {
  const fs::path folder = fs::path(state) / "findings";
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<campaign::FaultSet> known;
  for (const std::string& file : files) {
    CUTSET_ASSIGN(const std::string text, read_file(file, size_t{1} << 20));
    CUTSET_ASSIGN(const injector::Finding finding, injector::parse_finding(text, file));
    std::vector<campaign::Fault> faults;
    CUTSET_ASSIGN(const std::vector<injector::RequestFault> scheduled,
                  injector::request_faults(finding.schedule, file));
    for (const injector::RequestFault& fault : scheduled) {
      faults.push_back({fault.call.text(), fault.mode});
    }
    known.push_back(campaign::make_fault_set(std::move(faults)));
  }
  return known;
}

Status keep_known(const std::string& state,
                  const std::vector<campaign::FaultSet>& known) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const campaign::FaultSet& faults : known)
    json.push_back(campaign::faults_to_json(faults));
  return write_file(state + "/known.json", json.dump(1) + "\n");
}

Result<std::vector<campaign::FaultSet>> kept_known(const std::string& state) {
  const std::string path = state + "/known.json";
  CUTSET_ASSIGN(const std::string text, read_file(path));
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (!json.is_array()) return Error::bad_input("expected a list of fault sets", path);
  std::vector<campaign::FaultSet> known;
  for (const auto& entry : json) {
    CUTSET_ASSIGN(campaign::FaultSet faults, campaign::faults_from_json(entry));
    known.push_back(std::move(faults));
  }
  return known;
}

}  // namespace cutset::cli
