#include "report/analysis_json.h"

#include <nlohmann/json.hpp>

namespace cutset::report {

namespace {

using Json = nlohmann::ordered_json;

Json file_to_json(const AnalysedFile& file) {
  return {{"path", file.path},
          {"format", file.format},
          {"packing", file.packing},
          {"bytes", file.bytes},
          {"spans", file.spans},
          {"rejected", file.rejected},
          {"first_reason", file.first_reason},
          {"refused", file.refused}};
}

Json raw_to_json(const lineage::RawCounts& raw) {
  return {
      {"traces", raw.traces},       {"spans", raw.spans},     {"services", raw.services},
      {"max_spans", raw.max_spans}, {"orphans", raw.orphans}, {"dup_ids", raw.dup_ids},
      {"shared", raw.shared},       {"errors", raw.errors},   {"absorbed", raw.absorbed},
      {"retry", raw.retry},         {"skew", raw.skew},       {"outlive", raw.outlive},
      {"links", raw.links},         {"async", raw.async}};
}

Json model_to_json(const lineage::ModelCounts& model) {
  return {{"traces", model.traces},
          {"incomplete", model.incomplete},
          {"calls", model.calls},
          {"joined", model.joined},
          {"client_only", model.client_only},
          {"server_only", model.server_only},
          {"collapsed", model.collapsed},
          {"repeats", model.repeats},
          {"errors", model.errors},
          {"absorbed", model.absorbed},
          {"retries", model.retries},
          {"not_awaited", model.not_awaited},
          {"links", model.links}};
}

Json call_to_json(const AnalysedCall& call) {
  return {{"id", call.id},
          {"depth", call.depth},
          {"words", call.words},
          {"present", call.present},
          {"errors", call.errors},
          {"survived", call.survived},
          {"stable", call.stable},
          {"unordered", call.unordered},
          {"awaited", call.awaited},
          {"retry", call.retry},
          {"redundant", call.redundant},
          {"single_point", call.single_point}};
}

/// null where there is none, so that no program takes "" for a file.
Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json supports_to_json(const AnalysedClass& analysed) {
  Json json = Json::array();
  for (size_t i = 0; i < analysed.supports.size(); ++i) {
    const bool conditional = i < analysed.support_conditions.size();
    json.push_back({{"calls", analysed.supports[i]},
                    {"failed", conditional ? Json(analysed.support_conditions[i])
                                           : Json(Json::array())}});
  }
  return json;
}

Json class_to_json(const AnalysedClass& analysed) {
  Json json;
  json["name"] = analysed.name;
  json["entry"] = analysed.entry;
  json["shape"] = analysed.shape;
  json["runs"] = analysed.runs;
  json["failed"] = analysed.failed;
  json["incomplete"] = analysed.incomplete;
  json["sampled"] = analysed.sampled;
  json["unexplained_failures"] = analysed.unexplained_failures;
  json["example"] = analysed.example;
  json["outcomes"] = analysed.outcomes;
  json["calls"] = Json::array();
  for (const AnalysedCall& call : analysed.calls)
    json["calls"].push_back(call_to_json(call));
  json["unstable"] = analysed.unstable;
  json["single_points"] = analysed.single_points;
  json["redundancies"] = Json::array();
  for (const AnalysedRedundancy& redundancy : analysed.redundancies) {
    json["redundancies"].push_back({{"failed", redundancy.failed},
                                    {"instead", redundancy.instead},
                                    {"runs", redundancy.runs},
                                    {"example", redundancy.example}});
  }
  json["cuts"] = Json::array();
  for (const AnalysedCut& cut : analysed.cuts) {
    json["cuts"].push_back({{"calls", cut.ids},
                            {"likelihood", cut.likelihood},
                            {"schedule", text_or_null(cut.schedule)}});
  }
  json["cuts_left_out"] = analysed.cuts_left_out;
  json["cuts_complete"] = analysed.cuts_complete;
  json["largest_cut"] = analysed.largest_cut;
  json["supports"] = supports_to_json(analysed);
  json["passes"] = Json::array();
  for (const AnalysedPass& pass : analysed.passes) {
    json["passes"].push_back({{"name", pass.name},
                              {"what", pass.what},
                              {"nodes", pass.nodes},
                              {"edges", pass.edges},
                              {"leaves", pass.leaves}});
  }
  json["notes"] = analysed.notes;
  return json;
}

}  // namespace

std::string analysis_json(const Analysis& analysis) {
  Json json;
  json["format"] = "cutset-analysis/1";
  json["files"] = Json::array();
  for (const AnalysedFile& file : analysis.files)
    json["files"].push_back(file_to_json(file));
  json["raw"] = raw_to_json(analysis.raw);
  json["model"] = model_to_json(analysis.model);
  json["classes"] = Json::array();
  for (const AnalysedClass& analysed : analysis.classes)
    json["classes"].push_back(class_to_json(analysed));
  json["unused"] = analysis.unused;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
