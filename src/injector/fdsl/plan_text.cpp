// A plan for people and for programs.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "injector/fdsl/plan.h"

namespace cutset::injector::fdsl {

namespace {

using nlohmann::ordered_json;

std::string count_text(size_t count, const std::string& word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string action_line(const PlannedAction& action) {
  std::string text = fmt::format("      {:>4}  {}", action.number, action.what);
  if (!action.service.empty() && action.what == "heal") {
    text += " for " + action.service;
  } else if (!action.service.empty()) {
    text += fmt::format(" {}[{}]", action.service, action.slot);
  }
  if (!action.how.empty()) text += " " + action.how;
  return one_line(text) + "\n            undo: " + one_line(action.undo) + "\n";
}

std::string moment_head(const PlannedMoment& moment) {
  if (moment.trigger.empty()) {
    return fmt::format("  {:>8} s  {}\n", seconds_text(*moment.time), moment.name);
  }
  const std::string known = moment.time
                                ? fmt::format("  {:>8} s  ", seconds_text(*moment.time))
                                : "      when  ";
  return one_line(fmt::format("{}{}  {}", known, moment.name, moment.trigger)) + "\n";
}

/// "a, b and every host" groups: marks and heals concern all hosts.
std::string host_of(const PlannedAction& action) {
  return action.host.empty() ? "every host" : action.host;
}

ordered_json action_json(const PlannedAction& action) {
  ordered_json json = {{"number", action.number}, {"id", action.id}};
  json["host"] = action.host.empty() ? ordered_json() : ordered_json(action.host);
  json["service"] =
      action.service.empty() ? ordered_json() : ordered_json(action.service);
  const bool has_slot = !action.host.empty();
  json["slot"] = has_slot ? ordered_json(action.slot) : ordered_json();
  json["what"] = action.what;
  json["how"] = action.how;
  json["undo"] = action.undo;
  json["undone_at_ms"] =
      action.undone_at ? ordered_json(action.undone_at->count()) : ordered_json();
  return json;
}

}  // namespace

std::string plan_text(const Plan& plan) {
  std::string text = fmt::format("{} on {}, FDSL {}, seed {}, {} s:\n",
                                 count_text(plan.instances.size(), "instance"),
                                 count_text(plan.hosts.size(), "host"), plan.version,
                                 plan.seed, plan.end_seconds);
  for (const std::string& host : plan.hosts) {
    std::vector<std::string> here;
    for (const Instance& instance : plan.instances) {
      if (instance.host != host) continue;
      here.push_back(fmt::format("{}[{}]{}", instance.service, instance.slot,
                                 instance.from_beginning ? "" : " (later)"));
    }
    text += one_line(fmt::format("  {}: {}", host,
                                 here.empty() ? "nothing" : join(here, ", "))) +
            "\n";
  }
  for (const std::string& note : plan.notes) text += one_line("  needs: " + note) + "\n";
  text += "Times are seconds since the start barrier.\n";
  for (const PlannedMoment& moment : plan.moments) {
    text += moment_head(moment);
    std::vector<std::string> hosts;
    for (const PlannedAction& action : moment.actions) {
      const std::string host = host_of(action);
      if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
        hosts.push_back(host);
      }
    }
    for (const std::string& host : hosts) {
      text += one_line("    on " + host) + ":\n";
      for (const PlannedAction& action : moment.actions) {
        if (host_of(action) == host) text += action_line(action);
      }
    }
    if (moment.actions.empty()) text += "      nothing: nobody is hit\n";
  }
  text += fmt::format(
      "  {:>8} s  end\n      {:>4}  every instance is stopped, every fault undone\n",
      plan.end_seconds, plan.numbers - 1);
  return text;
}

std::string plan_json(const Plan& plan) {
  ordered_json json = {{"format", "cutset-plan/1"}, {"fdsl", plan.version},
                       {"seed", plan.seed},         {"end_seconds", plan.end_seconds},
                       {"numbers", plan.numbers},   {"hosts", plan.hosts}};
  json["instances"] = ordered_json::array();
  for (const Instance& instance : plan.instances) {
    json["instances"].push_back({{"service", instance.service},
                                 {"slot", instance.slot},
                                 {"host", instance.host},
                                 {"from_beginning", instance.from_beginning}});
  }
  json["needs"] = plan.notes;
  json["moments"] = ordered_json::array();
  for (const PlannedMoment& moment : plan.moments) {
    ordered_json one = {{"name", moment.name}};
    one["time_ms"] = moment.time ? ordered_json(moment.time->count()) : ordered_json();
    one["trigger"] =
        moment.trigger.empty() ? ordered_json() : ordered_json(moment.trigger);
    one["actions"] = ordered_json::array();
    for (const PlannedAction& action : moment.actions) {
      one["actions"].push_back(action_json(action));
    }
    json["moments"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::injector::fdsl
