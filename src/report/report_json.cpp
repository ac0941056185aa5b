#include "report/report_json.h"

#include <nlohmann/json.hpp>

#include "campaign/result_json.h"
#include "report/summary.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kReportSchema = 1;

Json modes_to_json(const std::vector<identity::FaultMode>& modes) {
  Json json = Json::array();
  for (const identity::FaultMode& mode : modes) json.push_back(mode.text());
  return json;
}

Json cuts_to_json(const campaign::Finding& finding, const Summary& summary) {
  Json json = Json::array();
  for (const CutSupport& cut : supports_cut(finding, summary.supports)) {
    Json events = Json::array();
    for (const campaign::Fault& fault : cut.cut_by) events.push_back(fault.event);
    json.push_back({{"run", cut.support->run},
                    {"condition", campaign::faults_to_json(cut.support->condition)},
                    {"calls", cut.support->events.size()},
                    {"cut_at", std::move(events)}});
  }
  return json;
}

Json variant_to_json(const JournalFinding& found) {
  const campaign::Finding& finding = found.finding;
  Json faults = Json::array();
  for (size_t i = 0; i < finding.faults.size(); ++i) {
    faults.push_back({{"event", finding.faults[i].event},
                      {"mode", finding.faults[i].mode.text()},
                      {"alternatives", modes_to_json(finding.alternatives[i])}});
  }
  Json subsets = Json::array();
  for (const campaign::ShownSubset& subset : finding.subsets) {
    subsets.push_back({{"faults", campaign::faults_to_json(subset.faults)},
                       {"shown_by", subset.shown_by}});
  }
  Json json;
  json["id"] = found.id;
  json["faults"] = std::move(faults);
  json["words"] = faults_words(finding.faults);
  json["reproduced"] = {{"k", finding.reproduced}, {"n", finding.repetitions}};
  json["experiment"] = finding.experiment;
  json["run"] = finding.run;
  json["good_run"] = finding.good_run;
  json["subsets"] = std::move(subsets);
  json["shown_by"] = finding.shown_by;
  const bool has_file = kind_of(finding) == FindingKind::kConfirmed;
  json["replay"] = has_file ? Json(found.replay) : Json(nullptr);
  return json;
}

Json groups_to_json(const std::vector<FindingGroup>& groups, const Summary& summary) {
  Json json = Json::array();
  for (const FindingGroup& group : groups) {
    const campaign::Finding& first = group.variants.front()->finding;
    Json entry;
    entry["calls"] = Json::array();
    for (const campaign::Fault& fault : group.faults)
      entry["calls"].push_back(fault.event);
    entry["modes"] = Json::array();
    for (const auto& modes : group.modes) entry["modes"].push_back(modes_to_json(modes));
    entry["modes_combine"] = group.modes_combine;
    entry["words"] = group_words(group);
    entry["outcomes"] = campaign::outcomes_to_json(first.outcomes);
    entry["supports_cut"] = cuts_to_json(first, summary);
    entry["variants"] = Json::array();
    for (const JournalFinding* variant : group.variants)
      entry["variants"].push_back(variant_to_json(*variant));
    json.push_back(std::move(entry));
  }
  return json;
}

Json experiments_to_json(const JournalView& view, const Summary& summary) {
  Json json = Json::array();
  for (size_t i = 0; i < view.experiments.size(); ++i) {
    const JournalExperiment& experiment = view.experiments[i];
    const JournalRun& first = view.runs[experiment.runs.front()];
    Json runs = Json::array();
    for (const size_t run : experiment.runs) runs.push_back(view.runs[run].run);
    json.push_back({{"experiment", experiment.number},
                    {"purpose", first.purpose},
                    {"faults", campaign::faults_to_json(first.planned)},
                    {"fired", first.finished ? campaign::faults_to_json(first.fired)
                                             : Json(nullptr)},
                    {"verdict", state_name(summary.states[i])},
                    {"outcomes", campaign::outcomes_to_json(first.result.outcomes)},
                    {"reason", first.reason},
                    {"runs", std::move(runs)},
                    {"took_ns", first.result.timing.total_ns}});
  }
  return json;
}

Json supports_to_json(const Summary& summary) {
  Json json = Json::array();
  for (const Support& support : summary.supports) {
    json.push_back({{"run", support.run},
                    {"shown_by_runs", support.shown},
                    {"condition", campaign::faults_to_json(support.condition)},
                    {"calls", support.events}});
  }
  return json;
}

Json campaign_to_json(const JournalHeader& header) {
  return {{"name", header.name},
          {"cutset", header.cutset},
          {"started", header.started},
          {"seed", header.seed},
          {"budget", {{"faults", header.budget}}},
          {"modes", header.modes},
          {"config", header.config},
          {"fault_free_runs", header.fault_free_runs},
          {"repeat", header.repeat}};
}

Json coverage_to_json(const JournalView& view, const Summary& summary) {
  Json json;
  json["statement"] = summary.statement;
  json["experiments"] =
      view.end ? view.end->experiments : static_cast<int64_t>(view.experiments.size());
  json["runs"] = view.end ? view.end->runs : static_cast<int64_t>(view.runs.size());
  if (view.end) {
    json["confirmations"] = view.end->confirmations;
    json["exhaustive"] = view.end->exhaustive;
    json["exhaustive_is_lower_bound"] = view.end->exhaustive_is_lower_bound;
    json["exhausted_to"] = view.end->exhausted_to;
    json["calls"] = view.end->calls;
    json["candidates"] = view.end->candidates;
    json["unstable"] = view.end->unstable;
    json["assumptions"] = view.end->assumptions;
    json["elapsed_ns"] = view.end->elapsed_ns;
    json["overhead_ns"] = view.end->overhead_ns;
  }
  json["unproxied"] = Json::array();
  for (const lineage::UnproxiedCall& call : summary.unproxied) {
    json["unproxied"].push_back({{"caller", call.caller},
                                 {"callee", call.callee},
                                 {"operation", call.operation}});
  }
  return json;
}

Json counts_to_json(const Summary& summary) {
  Json json = Json::object();
  for (size_t i = 0; i < kExperimentStates; ++i) {
    const auto state = static_cast<ExperimentState>(i);
    if (summary.count(state) > 0)
      json[std::string(state_name(state))] = summary.count(state);
  }
  return json;
}

}  // namespace

std::string report_json(const JournalView& view) {
  const Summary summary = summarize(view);
  Json json;
  json["schema_version"] = kReportSchema;
  json["campaign"] = campaign_to_json(view.header);
  json["status"] = view.end ? view.end->status : "unfinished";
  json["why"] = view.end ? view.end->why : "";
  json["exit_code"] = view.end ? Json(view.end->exit_code) : Json(nullptr);
  json["verdict"] = summary.verdict;
  json["counts"] = counts_to_json(summary);
  json["findings"] = groups_to_json(summary.confirmed, summary);
  json["flaky"] = groups_to_json(summary.flaky, summary);
  json["accepted"] = groups_to_json(summary.accepted, summary);
  json["wrong_predictions"] = Json::array();
  for (const JournalWrongPrediction& wrong : view.wrong_predictions) {
    json["wrong_predictions"].push_back({{"experiment", wrong.experiment},
                                         {"handler", wrong.handler},
                                         {"after", wrong.after},
                                         {"expected", wrong.expected},
                                         {"found", wrong.found},
                                         {"remedy", wrong.remedy}});
  }
  json["notes"] = view.notes;
  json["coverage"] = coverage_to_json(view, summary);
  json["supports"] = supports_to_json(summary);
  json["experiments"] = experiments_to_json(view, summary);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
