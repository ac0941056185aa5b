#include "report/protocol_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace cutset::report {

namespace {

using nlohmann::ordered_json;

const char* presence_name(Presence presence) {
  switch (presence) {
    case Presence::kBoth:
      return "both";
    case Presence::kGoodOnly:
      return "good";
    case Presence::kBadOnly:
      return "bad";
  }
  return "";
}

const char* fate_name(ProtocolMessage::Fate fate) {
  switch (fate) {
    case ProtocolMessage::Fate::kArrives:
      return "arrives";
    case ProtocolMessage::Fate::kLost:
      return "lost";
    case ProtocolMessage::Fate::kSilenced:
      return "sender crashed";
    case ProtocolMessage::Fate::kUnheard:
      return "receiver crashed";
  }
  return "";
}

const char* kind_name(ProtocolEvent::Kind kind) {
  switch (kind) {
    case ProtocolEvent::Kind::kCrash:
      return "crash";
    case ProtocolEvent::Kind::kLost:
      return "lost";
    case ProtocolEvent::Kind::kMissing:
      return "missing";
    case ProtocolEvent::Kind::kExtra:
      return "extra";
    case ProtocolEvent::Kind::kParts:
      return "parts";
    case ProtocolEvent::Kind::kEnd:
      return "end";
  }
  return "";
}

ordered_json faults_json(const ProtocolFinding& finding,
                         const std::vector<std::string>& nodes) {
  ordered_json faults = ordered_json::array();
  for (size_t i = 0; i < finding.faults.size(); ++i) {
    const ProtocolFault& fault = finding.faults[i];
    ordered_json json;
    if (fault.is_crash) {
      json = {{"kind", "crash"}, {"node", nodes.at(fault.from)}, {"time", fault.time}};
    } else {
      json = {{"kind", "omission"},
              {"from", nodes.at(fault.from)},
              {"to", nodes.at(fault.to)},
              {"time", fault.time}};
    }
    json["words"] = finding.words.at(i);
    faults.push_back(std::move(json));
  }
  return faults;
}

ordered_json tables_json(const ProtocolFinding& finding) {
  ordered_json tables = ordered_json::array();
  for (const ProtocolTable& table : finding.tables) {
    ordered_json rows = ordered_json::array();
    for (const ProtocolRow& row : table.rows)
      rows.push_back({{"tuple", row.tuple}, {"in", presence_name(row.presence)}});
    tables.push_back(
        {{"relation", table.relation}, {"time", table.time}, {"rows", std::move(rows)}});
  }
  return tables;
}

}  // namespace

ordered_json to_json(const ProtocolFinding& finding,
                     const std::vector<std::string>& nodes) {
  ordered_json json = {{"faults", faults_json(finding, nodes)},
                       {"text", finding.text},
                       {"missing", finding.missing},
                       {"minimal", finding.minimal},
                       {"alike", finding.orbit},
                       {"execution", finding.experiment},
                       {"subsets_run", finding.subsets_run}};
  if (!finding.explained) return json;
  ordered_json story = ordered_json::array();
  for (const ProtocolEvent& event : finding.story) {
    story.push_back(
        {{"time", event.time}, {"kind", kind_name(event.kind)}, {"text", event.text}});
  }
  json["story"] = std::move(story);
  ordered_json messages = ordered_json::array();
  for (const ProtocolMessage& message : finding.messages) {
    messages.push_back({{"from", nodes.at(message.from)},
                        {"to", nodes.at(message.to)},
                        {"time", message.time},
                        {"tuple", message.tuple},
                        {"fate", fate_name(message.fate)},
                        {"in", presence_name(message.presence)}});
  }
  json["messages"] = std::move(messages);
  if (!finding.tables.empty()) json["tables"] = tables_json(finding);
  return json;
}

ordered_json to_json(const ProtocolCheck& check) {
  ordered_json json = {{"model", check.model},
                       {"row", check.row},
                       {"line", check.line},
                       {"parameters",
                        {{"eot", check.eot},
                         {"eff", check.eff},
                         {"crashes", check.crashes},
                         {"nodes", check.nodes},
                         {"crash_model", check.crash_model}}},
                       {"search", check.search}};
  if (check.seed) json["seed"] = *check.seed;
  json["verdict"] = protocol_verdict_name(check.verdict);
  json["complete"] = check.complete;
  if (!check.why.empty()) json["why"] = check.why;
  if (!check.expect.empty()) {
    json["expect"] = check.expect;
    const std::optional<bool> expected = check.as_expected();
    json["as_expected"] = expected ? ordered_json(*expected) : ordered_json(nullptr);
  }
  json["fault_sets"] = std::isfinite(check.fault_sets) ? ordered_json(check.fault_sets)
                                                       : ordered_json(nullptr);
  json["executions"] = check.executions;
  json["executions_to_first"] = check.executions_to_first
                                    ? ordered_json(*check.executions_to_first)
                                    : ordered_json(nullptr);
  json["subset_runs"] = check.subset_runs;
  json["wrong_predictions"] = check.wrong_predictions;
  json["seconds"] = check.seconds;
  json["symmetries"] = check.symmetries;
  if (!check.knowledge.empty()) {
    json["knowledge"] = check.knowledge;
    if (!check.knowledge_limit.empty()) json["knowledge_limit"] = check.knowledge_limit;
    json["goals"] = check.goals;
    json["firings"] = check.firings;
  }
  json["outcomes"] = check.outcomes;
  ordered_json findings = ordered_json::array();
  for (const ProtocolFinding& finding : check.findings)
    findings.push_back(to_json(finding, check.nodes));
  json["findings"] = std::move(findings);
  json["assumptions"] = check.assumptions;
  if (!check.certificate.empty())
    json["certificate"] = {{"file", check.certificate}, {"verify", check.verify}};
  return json;
}

std::string protocol_json(const std::vector<ProtocolCheck>& checks, int exit_code) {
  ordered_json rows = ordered_json::array();
  for (const ProtocolCheck& check : checks) rows.push_back(to_json(check));
  const ordered_json json = {
      {"schema_version", 1}, {"exit_code", exit_code}, {"checks", std::move(rows)}};
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
