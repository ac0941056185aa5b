// cutset-play/1: the result of a run for programs (schema/cutset-play.schema.json).
#include <nlohmann/json.hpp>

#include "injector/play/record_folder.h"

namespace cutset::injector::play {

namespace {

using nlohmann::ordered_json;

ordered_json or_null(const std::optional<int64_t>& time) {
  return time ? ordered_json(*time) : ordered_json();
}
ordered_json or_null(const std::string& text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

ordered_json action_json(const ActionRecord& record) {
  const CompiledAction& action = record.action;
  ordered_json json = {{"number", action.number}, {"id", action.id},
                       {"moment", action.moment}, {"line", action.place.line},
                       {"what", action.what},     {"service", or_null(action.service)}};
  json["slot"] = action.slot < 0 ? ordered_json() : ordered_json(action.slot);
  json["how"] = action.how;
  json["hosts"] = ordered_json::array();
  for (const StepPlace& place : action.steps) json["hosts"].push_back(place.host);
  if (action.request > 0) json["hosts"].push_back(action.request_host);
  json["fate"] = fate_name(record.fate);
  json["acceptable"] = record.acceptable();
  json["relayed"] = action.relayed;
  json["due_ns"] = or_null(action.due_ns);
  json["armed_utc_ns"] = or_null(record.armed_ns);
  json["triggered_utc_ns"] = or_null(record.triggered_ns);
  json["fired_utc_ns"] = or_null(record.fired_ns);
  json["verified_utc_ns"] = or_null(record.verified_ns);
  json["undone_utc_ns"] = or_null(record.undone_ns);
  json["late_ns"] = or_null(record.late_ns);
  json["spread_ns"] = record.spread_ns;
  json["error_ns"] = record.error_ns;
  json["triggered_on"] = or_null(record.triggered_on);
  json["fired_on"] = or_null(record.fired_on);
  json["verified_by"] = or_null(record.verified_by);
  json["error"] = or_null(record.error);
  json["output"] = or_null(record.output);
  json["exit_code"] = record.exit_code ? ordered_json(*record.exit_code) : ordered_json();
  json["hits"] = record.hits;
  return json;
}

}  // namespace

std::string play_json(const PlayRecord& record) {
  ordered_json json = {{"format", "cutset-play/1"},
                       {"run", record.run},
                       {"verdict", verdict_name(record.verdict)},
                       {"reason", or_null(record.reason)},
                       {"begun_utc_ns", record.begun_utc_ns}};
  json["barrier_utc_ns"] =
      record.barrier_utc_ns == 0 ? ordered_json() : ordered_json(record.barrier_utc_ns);
  json["ended_utc_ns"] = record.ended_utc_ns;
  json["attempts"] = record.attempts;
  json["lead_ns"] = record.lead_ns;
  json["hosts"] = ordered_json::array();
  for (const HostRecord& host : record.hosts) {
    json["hosts"].push_back({{"name", host.name},
                             {"clock_offset_ns", host.clock.offset_ns},
                             {"clock_error_ns", host.clock.error_ns},
                             {"sampling_cost_ns", host.sampling_cost_ns},
                             {"notes", host.notes},
                             {"problems", host.problems},
                             {"lost", or_null(host.lost)}});
  }
  json["instances"] = ordered_json::array();
  for (const fdsl::Instance& instance : record.instances) {
    json["instances"].push_back({{"service", instance.service},
                                 {"slot", instance.slot},
                                 {"host", instance.host}});
  }
  json["actions"] = ordered_json::array();
  for (const ActionRecord& action : record.actions) {
    json["actions"].push_back(action_json(action));
  }
  json["problems"] = ordered_json::array();
  for (const Error& problem : record.problems) json["problems"].push_back(problem.text());
  json["notes"] = record.notes;
  if (record.workload) json["workload_error"] = record.workload->message;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::injector::play
