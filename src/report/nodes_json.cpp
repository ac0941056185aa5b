#include "report/nodes_json.h"

#include <nlohmann/json.hpp>

#include "campaign/nodes/node_json.h"
#include "campaign/nodes/node_mechanism.h"
#include "report/nodes_text.h"

namespace cutset::report {

namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)
using Json = nlohmann::ordered_json;

Json variant_json(const Variant& variant) {
  Json json;
  json["text"] = variant.schedule.text();
  json["schedule"] = to_json(variant.schedule);
  json["experiment"] = variant.experiment;
  json["run"] = variant.run;
  json["reproduced"] = variant.reproduced;
  json["repetitions"] = variant.repetitions;
  json["found"] = variant.found;
  return json;
}

Json shown_json(const std::vector<ShownToHold>& shown) {
  Json json = Json::array();
  for (const ShownToHold& each : shown)
    json.push_back({{"text", each.schedule.text()}, {"run", each.run}});
  return json;
}

Json group_json(const MechanismGroup& group) {
  Json json;
  json["id"] = group.id();
  json["mechanism"] = group.key;
  json["words"] = group.words;
  json["status"] = group.flaky ? "flaky" : "confirmed";
  json["finding"] = variant_json(group.main);
  json["parts_that_hold"] = shown_json(group.parts);
  json["weaker_that_hold"] = shown_json(group.weaker);
  json["variants"] = Json::array();
  for (const Variant& variant : group.variants)
    json["variants"].push_back(variant_json(variant));
  json["lost"] = Json::array();
  for (const LostWrite& write : group.lost) json["lost"].push_back(to_json(write));
  return json;
}

Json ladder_json(const LadderResult& ladder) {
  constexpr const char* kStates[] = {"held", "broken", "flaky", "unknown"};
  Json json;
  json["element"] = ladder.words;
  json["as"] = ladder.as.empty() ? Json() : Json(ladder.as);
  json["range"] = range_words(ladder);
  json["rungs"] = Json::array();
  for (const RungResult& rung : ladder.rungs) {
    Json each;
    each["milliseconds"] = rung.duration.count();
    each["state"] = kStates[static_cast<size_t>(rung.state)];
    each["tried"] = rung.tried;
    each["experiment"] = rung.tried ? Json(rung.experiment) : Json();
    each["mechanism"] = rung.group.empty() ? Json() : Json(rung.group);
    each["reaction"] = rung.signature;
    json["rungs"].push_back(std::move(each));
  }
  return json;
}

}  // namespace

std::string nodes_json(const NodeSummary& summary) {
  Json json;
  json["schema_version"] = kNodesReportSchema;
  json["world"] = "nodes";
  json["name"] = summary.name;
  json["headline"] = nodes_headline(summary);
  json["status"] = campaign::campaign_status_name(summary.status);
  json["why"] = summary.why;
  json["exit_code"] = summary.exit_code(false);
  json["strategy"] = summary.strategy;
  json["seed"] = summary.seed;
  json["experiments"] = summary.experiments;
  json["runs"] = summary.runs;
  json["inconclusive"] = summary.inconclusive;
  json["unreachable"] = summary.unreachable;
  json["schedules_in_model"] = summary.schedules_in_model;
  json["schedules_is_lower_bound"] = summary.schedules_at_least;
  json["model"] = to_json(summary.model);
  json["roles"] = to_json(summary.roles);
  json["mechanisms"] = Json::array();
  for (const MechanismGroup& group : summary.groups)
    json["mechanisms"].push_back(group_json(group));
  json["ladders"] = Json::array();
  for (const LadderResult& ladder : summary.ladders)
    json["ladders"].push_back(ladder_json(ladder));
  json["tried"] = Json::array();
  for (const TriedSchedule& tried : summary.tried) {
    json["tried"].push_back({{"experiment", tried.experiment},
                             {"run", tried.run},
                             {"purpose", tried.purpose},
                             {"text", tried.schedule.text()},
                             {"state", tried.state},
                             {"mechanism", tried.group},
                             {"reaction", tried.signature}});
  }
  json["notes"] = summary.notes;
  json["statement"] = summary.statement;
  json["assumptions"] = summary.assumptions;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
