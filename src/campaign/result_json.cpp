#include "campaign/result_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lineage/execution_json.h"

namespace cutset::campaign {

namespace {

using Json = nlohmann::ordered_json;

Result<Fault> fault_from_json(const Json& json) {
  Fault fault;
  fault.event = json.value("event", std::string());
  CUTSET_ASSIGN(fault.mode,
                identity::parse_fault_mode(json.value("mode", std::string())));
  return fault;
}

Result<OutcomeResult::State> state_from(const std::string& name) {
  for (const auto state :
       {OutcomeResult::State::kHeld, OutcomeResult::State::kAccepted,
        OutcomeResult::State::kViolated, OutcomeResult::State::kDidNotRecover,
        OutcomeResult::State::kVacuous}) {
    if (outcome_state_name(state) == name) return state;
  }
  return Error::bad_input(fmt::format("outcome state \"{}\" is not known", name));
}

Result<ExperimentResult> parse(const Json& json) {
  ExperimentResult result;
  CUTSET_ASSIGN(result.execution,
                lineage::execution_from_json(json.value("execution", Json::object())));
  for (const Json& entry : json.value("faults", Json::array())) {
    FaultReport report;
    CUTSET_ASSIGN(report.fault, fault_from_json(entry));
    report.armed = entry.value("armed", false);
    report.fired = entry.value("fired", false);
    report.undone = entry.value("undone", false);
    report.fired_on = entry.value("fired_on", std::string());
    report.error = entry.value("error", std::string());
    result.faults.push_back(std::move(report));
  }
  for (const Json& entry : json.value("outcomes", Json::array())) {
    OutcomeResult outcome;
    outcome.name = entry.value("name", std::string());
    CUTSET_ASSIGN(outcome.state, state_from(entry.value("state", std::string())));
    outcome.from_answer = entry.value("from_answer", false);
    outcome.found = entry.value("found", std::string());
    outcome.expected = entry.value("expected", std::string());
    result.outcomes.push_back(std::move(outcome));
  }
  for (const Json& note : json.value("notes", Json::array())) {
    result.notes.push_back(note.get<std::string>());
  }
  const Json timing = json.value("timing", Json::object());
  result.timing.reset_ns = timing.value("reset_ns", int64_t{0});
  result.timing.workload_ns = timing.value("workload_ns", int64_t{0});
  result.timing.settle_ns = timing.value("settle_ns", int64_t{0});
  result.timing.judge_ns = timing.value("judge_ns", int64_t{0});
  result.timing.total_ns = timing.value("total_ns", int64_t{0});
  return result;
}

}  // namespace

nlohmann::ordered_json faults_to_json(const FaultSet& faults) {
  Json json = Json::array();
  for (const Fault& fault : faults) {
    json.push_back({{"event", fault.event}, {"mode", fault.mode.text()}});
  }
  return json;
}

Result<FaultSet> faults_from_json(const nlohmann::ordered_json& json) {
  try {
    std::vector<Fault> faults;
    for (const Json& entry : json) {
      CUTSET_ASSIGN(Fault fault, fault_from_json(entry));
      faults.push_back(std::move(fault));
    }
    return make_fault_set(std::move(faults));
  } catch (const nlohmann::json::exception& exception) {
    return Error::bad_input(std::string("faults: ") + exception.what());
  }
}

nlohmann::ordered_json outcomes_to_json(const std::vector<OutcomeResult>& outcomes) {
  Json json = Json::array();
  for (const OutcomeResult& outcome : outcomes) {
    json.push_back({{"name", outcome.name},
                    {"state", outcome_state_name(outcome.state)},
                    {"from_answer", outcome.from_answer},
                    {"found", outcome.found},
                    {"expected", outcome.expected}});
  }
  return json;
}

nlohmann::ordered_json result_to_json(const ExperimentResult& result) {
  Json json;
  json["execution"] = lineage::execution_to_json(result.execution);
  json["faults"] = Json::array();
  for (const FaultReport& report : result.faults) {
    json["faults"].push_back({{"event", report.fault.event},
                              {"mode", report.fault.mode.text()},
                              {"armed", report.armed},
                              {"fired", report.fired},
                              {"undone", report.undone},
                              {"fired_on", report.fired_on},
                              {"error", report.error}});
  }
  json["outcomes"] = outcomes_to_json(result.outcomes);
  json["notes"] = result.notes;
  json["timing"] = {{"reset_ns", result.timing.reset_ns},
                    {"workload_ns", result.timing.workload_ns},
                    {"settle_ns", result.timing.settle_ns},
                    {"judge_ns", result.timing.judge_ns},
                    {"total_ns", result.timing.total_ns}};
  return json;
}

Result<ExperimentResult> result_from_json(const nlohmann::ordered_json& json) {
  try {
    return parse(json);
  } catch (const nlohmann::json::exception& exception) {
    return Error::bad_input(std::string("result: ") + exception.what());
  }
}

nlohmann::ordered_json finding_to_json(const Finding& finding) {
  Json faults = Json::array();
  for (size_t i = 0; i < finding.faults.size(); ++i) {
    Json modes = Json::array();
    for (const identity::FaultMode& mode : finding.alternatives[i])
      modes.push_back(mode.text());
    faults.push_back({{"event", finding.faults[i].event},
                      {"mode", finding.faults[i].mode.text()},
                      {"alternatives", modes}});
  }
  Json subsets = Json::array();
  for (const ShownSubset& subset : finding.subsets) {
    subsets.push_back(
        {{"faults", faults_to_json(subset.faults)}, {"shown_by", subset.shown_by}});
  }
  Json json;
  json["type"] = "finding";
  json["id"] = finding.id();
  json["experiment"] = finding.experiment;
  json["status"] = finding.status == Finding::Status::kConfirmed ? "confirmed" : "flaky";
  json["kind"] = finding.accepted ? "accepted" : "finding";
  json["faults"] = faults;
  json["outcomes"] = outcomes_to_json(finding.outcomes);
  json["reproduced"] = {{"k", finding.reproduced}, {"n", finding.repetitions}};
  json["subsets"] = subsets;
  json["shown_by"] = finding.shown_by;
  json["words"] = finding.words;
  json["run"] = finding.run;
  json["good_run"] = finding.good_run;
  return json;
}

}  // namespace cutset::campaign
