#include "report/difference_json.h"

#include <nlohmann/json.hpp>

namespace cutset::report {

namespace {

using Json = nlohmann::ordered_json;

Json change_to_json(const lineage::CallChange& change) {
  return {{"kind", lineage::change_name(change.kind)},
          {"id", change.id},
          {"words", change.words},
          {"good", change.good},
          {"bad", change.bad}};
}

Json difference_to_json(const lineage::ExecutionDifference& difference) {
  Json json;
  json["name"] = difference.name;
  json["bad_run"] = difference.bad_run;
  json["bad_failed"] = difference.bad_failed;
  json["bad_incomplete"] = difference.bad_incomplete;
  json["good_runs"] = difference.good_runs;
  json["good_example"] = difference.good_example;
  json["changes"] = Json::array();
  for (const lineage::ChangeGroup& group : difference.groups) {
    Json entry;
    entry["frontier"] = change_to_json(group.frontier);
    entry["consequences"] = Json::array();
    for (const lineage::CallChange& change : group.consequences)
      entry["consequences"].push_back(change_to_json(change));
    json["changes"].push_back(std::move(entry));
  }
  json["notes"] = difference.notes;
  return json;
}

}  // namespace

std::string difference_json(
    const std::vector<lineage::ExecutionDifference>& differences) {
  Json json;
  json["format"] = "cutset-difference/1";
  json["requests"] = Json::array();
  for (const lineage::ExecutionDifference& difference : differences)
    json["requests"].push_back(difference_to_json(difference));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
