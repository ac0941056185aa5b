#include "campaign/nodes/node_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cutset::campaign::nodes {

namespace {

using Json = nlohmann::ordered_json;

constexpr Verdict kVerdicts[] = {Verdict::kHeld,         Verdict::kAccepted,
                                 Verdict::kViolated,     Verdict::kDidNotRecover,
                                 Verdict::kInconclusive, Verdict::kVacuous};
constexpr const char* kDeaths[] = {"never arrived", "lost with node", "replaced",
                                   "vanished"};
constexpr const char* kReactions[] = {"role moved", "copied again", "reconnected"};

Json place_json(const Place& place) {
  Json json;
  json["role"] = place.role;
  json["member"] = place.member;
  if (!place.process.empty()) json["process"] = place.process;
  return json;
}

Json phase_json(const Phase& phase) {
  return {{"begun", phase.begun}, {"open", phase.open}};
}

Json premises_json(const std::vector<Premise>& premises) {
  Json json = Json::array();
  for (const Premise& premise : premises) {
    Json needed;
    needed["from"] = place_json(premise.from);
    if (premise.kind == Premise::Kind::kLink) {
      needed["to"] = place_json(premise.to);
      needed["late"] = premise.late;
    }
    json.push_back(std::move(needed));
  }
  return json;
}

// Readers: nlohmann's at() and get() throw what read_json turns into an Error.

Place place(const Json& json) {
  return {json.at("role").get<std::string>(), json.at("member").get<uint32_t>(),
          json.value("process", std::string())};
}

Phase phase(const Json& json) {
  return {json.at("begun").get<uint32_t>(), json.at("open").get<bool>()};
}

/// The position of a word among others.
template <typename Words>
size_t position(const Words& words, const std::string& word) {
  size_t i = 0;
  for (const auto& each : words) {
    if (each == word) return i;
    ++i;
  }
  throw Json::other_error::create(501, fmt::format("unknown word \"{}\"", word), nullptr);
}

Mode mode(const std::string& name) {
  for (const Mode each : kAllModes) {
    if (mode_name(each) == name) return each;
  }
  throw Json::other_error::create(501, fmt::format("unknown mode \"{}\"", name), nullptr);
}

NodeSchedule schedule(const Json& json) {
  std::vector<NodeStep> steps;
  for (const Json& each : json.at("steps")) {
    NodeStep step;
    step.relation = each.value("after", false) ? Relation::kAfter : Relation::kDuring;
    for (const Json& one : each.at("faults")) {
      NodeFault fault;
      fault.element.mode = mode(one.at("mode").get<std::string>());
      fault.element.at = place(one.at("at"));
      if (is_cut(fault.element.mode)) fault.element.other = place(one.at("other"));
      fault.duration = Milliseconds(one.at("milliseconds").get<int64_t>());
      step.faults.push_back(fault);
    }
    steps.push_back(std::move(step));
  }
  return make_schedule(std::move(steps));
}

std::vector<Premise> premises(const Json& json) {
  std::vector<Premise> all;
  for (const Json& needed : json) {
    Premise premise;
    premise.from = place(needed.at("from"));
    if (needed.contains("to")) {
      premise.kind = Premise::Kind::kLink;
      premise.to = place(needed.at("to"));
      premise.late = needed.at("late").get<bool>();
    }
    all.push_back(std::move(premise));
  }
  return all;
}

NodeRun run(const Json& json) {
  NodeRun run;
  const std::string verdict = json.at("verdict").get<std::string>();
  for (const Verdict each : kVerdicts) {
    if (verdict_name(each) == verdict) run.verdict = each;
  }
  run.found = json.at("found").get<std::string>();
  for (const Json& each : json.at("faults")) {
    run.faults.push_back({each.at("fired").get<bool>(), each.at("reachable").get<bool>(),
                          each.at("undone").get<bool>(),
                          each.at("node").get<std::string>(),
                          each.at("error").get<std::string>()});
  }
  for (const Json& each : json.at("classes")) {
    WriteClass writes;
    writes.acknowledged = phase(each.at("acknowledged"));
    for (const Json& one : each.at("supports")) {
      Support support;
      support.holder = place(one.at("holder"));
      support.served = one.at("served").get<bool>();
      support.premises = premises(one.at("premises"));
      if (one.contains("supposed")) support.supposed = premises(one.at("supposed"));
      writes.supports.push_back(std::move(support));
    }
    run.classes.push_back(std::move(writes));
  }
  for (const Json& each : json.at("lost")) {
    LostWrite write;
    write.token = each.at("token").get<std::string>();
    write.acknowledged = phase(each.at("acknowledged"));
    for (const Json& one : each.at("copies")) {
      CopyDeath death;
      death.holder = place(one.at("holder"));
      death.kind = static_cast<CopyDeath::Kind>(
          position(kDeaths, one.at("death").get<std::string>()));
      if (one.contains("by")) death.by = place(one.at("by"));
      write.copies.push_back(std::move(death));
    }
    run.lost.push_back(std::move(write));
  }
  run.acknowledged = json.at("acknowledged").get<uint64_t>();
  run.lost_writes = json.at("lost_writes").get<uint64_t>();
  for (const Json& each : json.at("reactions")) {
    run.reactions.push_back({static_cast<Reaction::Kind>(position(
                                 kReactions, each.at("what").get<std::string>())),
                             place(each.at("from")), place(each.at("to"))});
  }
  for (const auto& [node, at] : json.at("roles").items())
    run.roles[node] = at.get<std::string>();
  if (json.contains("profile")) {
    const Json& profile = json.at("profile");
    run.profile.run_class = profile.at("run_class").get<uint64_t>();
    for (const auto& [of, count] : profile.at("messages").items())
      run.profile.messages[of] = count.get<uint64_t>();
  }
  run.total_ns = json.at("total_ns").get<int64_t>();
  return run;
}

NodeModel model(const Json& json) {
  NodeModel model;
  model.modes.clear();
  for (const Json& each : json.at("modes"))
    model.modes.push_back(mode(each.get<std::string>()));
  model.ladder.clear();
  for (const Json& each : json.at("ladder_milliseconds"))
    model.ladder.emplace_back(each.get<int64_t>());
  model.most_faults = json.at("most_faults").get<size_t>();
  model.most_nodes = json.at("most_nodes").get<size_t>();
  model.symmetric = json.at("symmetric").get<bool>();
  return model;
}

NodeRoles roles(const Json& json) {
  NodeRoles roles;
  for (const auto& [role, members] : json.at("members").items())
    roles.members[role] = members.get<uint32_t>();
  roles.clients_reach_all = json.at("clients_reach_all").get<bool>();
  roles.writes_to = json.at("writes_to").get<std::string>();
  roles.processes = json.at("processes").get<std::vector<std::string>>();
  return roles;
}

template <typename Reader>
auto read_json(const char* what, const Json& json, Reader reader)
    -> Result<decltype(reader(json))> {
  try {
    return reader(json);
  } catch (const Json::exception& exception) {
    return Error::bad_input(fmt::format(
        "{} in the journal is not as cutset writes it: {}", what, exception.what()));
  }
}

}  // namespace

Json to_json(const NodeSchedule& schedule) {
  Json json;
  json["steps"] = Json::array();
  for (const NodeStep& step : schedule.steps) {
    Json each;
    if (step.relation == Relation::kAfter) each["after"] = true;
    each["faults"] = Json::array();
    for (const NodeFault& fault : step.faults) {
      Json one;
      one["mode"] = mode_name(fault.element.mode);
      one["at"] = place_json(fault.element.at);
      if (is_cut(fault.element.mode)) one["other"] = place_json(fault.element.other);
      one["milliseconds"] = fault.duration.count();
      each["faults"].push_back(std::move(one));
    }
    json["steps"].push_back(std::move(each));
  }
  return json;
}

Json to_json(const LostWrite& write) {
  Json json;
  json["token"] = write.token;
  json["acknowledged"] = phase_json(write.acknowledged);
  json["copies"] = Json::array();
  for (const CopyDeath& death : write.copies) {
    Json one;
    one["holder"] = place_json(death.holder);
    one["death"] = kDeaths[static_cast<size_t>(death.kind)];
    if (death.kind == CopyDeath::Kind::kReplaced) one["by"] = place_json(death.by);
    json["copies"].push_back(std::move(one));
  }
  return json;
}

Json to_json(const NodeRun& run) {
  Json json;
  json["verdict"] = verdict_name(run.verdict);
  json["found"] = run.found;
  json["faults"] = Json::array();
  for (const NodeFaultReport& report : run.faults) {
    json["faults"].push_back({{"fired", report.fired},
                              {"reachable", report.reachable},
                              {"undone", report.undone},
                              {"node", report.node},
                              {"error", report.error}});
  }
  json["classes"] = Json::array();
  for (const WriteClass& writes : run.classes) {
    Json each;
    each["acknowledged"] = phase_json(writes.acknowledged);
    each["supports"] = Json::array();
    for (const Support& support : writes.supports) {
      Json one;
      one["holder"] = place_json(support.holder);
      one["served"] = support.served;
      one["premises"] = premises_json(support.premises);
      if (!support.supposed.empty()) one["supposed"] = premises_json(support.supposed);
      each["supports"].push_back(std::move(one));
    }
    json["classes"].push_back(std::move(each));
  }
  json["lost"] = Json::array();
  for (const LostWrite& write : run.lost) json["lost"].push_back(to_json(write));
  json["acknowledged"] = run.acknowledged;
  json["lost_writes"] = run.lost_writes;
  json["reactions"] = Json::array();
  for (const Reaction& reaction : run.reactions) {
    json["reactions"].push_back({{"what", kReactions[static_cast<size_t>(reaction.kind)]},
                                 {"from", place_json(reaction.from)},
                                 {"to", place_json(reaction.to)}});
  }
  json["roles"] = Json::object();
  for (const auto& [node, at] : run.roles) json["roles"][node] = at;
  if (run.profile.is_known()) {
    json["profile"]["run_class"] = run.profile.run_class;
    json["profile"]["messages"] = Json::object();
    for (const auto& [of, count] : run.profile.messages)
      json["profile"]["messages"][of] = count;
  }
  json["total_ns"] = run.total_ns;
  return json;
}

Json to_json(const NodeModel& model) {
  Json json;
  json["modes"] = Json::array();
  for (const Mode each : model.modes) json["modes"].push_back(mode_name(each));
  json["ladder_milliseconds"] = Json::array();
  for (const Milliseconds rung : model.ladder)
    json["ladder_milliseconds"].push_back(rung.count());
  json["most_faults"] = model.most_faults;
  json["most_nodes"] = model.most_nodes;
  json["symmetric"] = model.symmetric;
  return json;
}

Json to_json(const NodeRoles& roles) {
  Json json;
  json["members"] = Json::object();
  for (const auto& [role, members] : roles.members) json["members"][role] = members;
  json["clients_reach_all"] = roles.clients_reach_all;
  json["writes_to"] = roles.writes_to;
  json["processes"] = roles.processes;
  return json;
}

Result<NodeSchedule> schedule_from_json(const Json& json) {
  return read_json("a schedule", json, schedule);
}

Result<NodeRun> run_from_json(const Json& json) {
  return read_json("a run", json, run);
}

Result<NodeModel> model_from_json(const Json& json) {
  return read_json("the model", json, model);
}

Result<NodeRoles> roles_from_json(const Json& json) {
  return read_json("the roles", json, roles);
}

}  // namespace cutset::campaign::nodes
