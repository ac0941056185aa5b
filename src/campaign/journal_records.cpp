#include "campaign/journal_records.h"

#include <nlohmann/json.hpp>

#include "campaign/result_json.h"

namespace cutset::campaign {

using Json = nlohmann::ordered_json;

Json plan_record(const ExperimentName& name, const FaultSet& faults,
                 const std::string& reason) {
  Json record;
  record["type"] = "plan";
  record["experiment"] = name.number;
  record["run"] = name.run;
  record["purpose"] = name.purpose;
  record["faults"] = faults_to_json(faults);
  record["reason"] = reason;
  return record;
}

Json result_record(const ExperimentName& name, Verdict verdict, const FaultSet& fired,
                   const ExperimentResult& result) {
  Json record;
  record["type"] = "result";
  record["experiment"] = name.number;
  record["run"] = name.run;
  record["purpose"] = name.purpose;
  record["verdict"] = verdict_name(verdict);
  record["fired"] = faults_to_json(fired);
  record["result"] = result_to_json(result);
  return record;
}

Json wrong_prediction_record(int experiment, const WrongPrediction& wrong) {
  Json record;
  record["type"] = "wrong_prediction";
  record["experiment"] = experiment;
  record["handler"] = wrong.handler;
  record["after"] = wrong.after;
  record["expected"] = wrong.expected;
  record["found"] = wrong.found;
  record["remedy"] = wrong.remedy;
  return record;
}

Json note_record(const std::string& text) {
  Json record;
  record["type"] = "note";
  record["text"] = text;
  return record;
}

Json end_record(const CampaignSummary& summary, size_t exhausted_to, int64_t elapsed_ns) {
  Json record;
  record["type"] = "end";
  record["status"] = campaign_status_name(summary.status);
  record["why"] = summary.why;
  record["exit_code"] = summary.exit_code(false);
  record["experiments"] = summary.experiments;
  record["confirmations"] = summary.confirmations;
  record["runs"] = summary.runs;
  record["exhaustive"] = summary.exhaustive;
  record["exhaustive_is_lower_bound"] = summary.exhaustive_is_lower_bound;
  record["exhausted_to"] = exhausted_to;
  record["statement"] = summary.statement;
  record["assumptions"] = summary.assumptions;
  if (summary.proof) {
    record["proof"] = {{"graph", summary.proof->graph},
                       {"certificate", summary.proof->certificate},
                       {"verify", summary.proof->verify}};
  }
  record["counts"] = Json::object();
  for (const auto& [verdict, count] : summary.verdicts) {
    record["counts"][std::string(verdict_name(verdict))] = count;
  }
  record["inconclusive"] = summary.inconclusive;
  record["findings"] = Json::array();
  for (const Finding& finding : summary.findings) {
    record["findings"].push_back(finding_to_json(finding));
  }
  record["calls"] = summary.calls;
  record["candidates"] = summary.candidates;
  record["unstable"] = summary.unstable;
  record["unproxied"] = summary.unproxied;
  record["elapsed_ns"] = elapsed_ns;
  record["overhead_ns"] = summary.overhead_ns;
  return record;
}

}  // namespace cutset::campaign
