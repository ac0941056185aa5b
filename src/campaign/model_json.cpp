#include "campaign/model_json.h"

#include <nlohmann/json.hpp>

#include "campaign/composition.h"

namespace cutset::campaign {

namespace {

using Json = nlohmann::ordered_json;
using lineage::DerivationGraph;

void add_rules(const HandlerTree& tree, const Vocabulary& vocabulary, int node,
               std::vector<std::string> after, Json& rules) {
  const TreeNode& here = tree.nodes[static_cast<size_t>(node)];
  Json rule;
  rule["after"] = after;
  if (!here.action) return;
  if (here.action->answers) {
    rule["answers"] = vocabulary.labels.text(here.action->answer);
    rules.push_back(rule);
    return;
  }
  rule["calls"] = Json::array();
  for (const int point : here.action->calls) {
    rule["calls"].push_back(vocabulary.points.text(point));
  }
  rules.push_back(rule);
  for (const Edge& edge : here.edges) {
    std::vector<std::string> longer = after;
    for (size_t i = 0; i < edge.raw.size(); ++i) {
      std::string seen = vocabulary.points.text(here.action->calls[i]) + " =";
      for (const int label : edge.raw[i]) seen += " " + vocabulary.labels.text(label);
      longer.push_back(std::move(seen));
    }
    add_rules(tree, vocabulary, edge.target, std::move(longer), rules);
  }
}

Json judged_to_json(const Model& model) {
  const Vocabulary& vocabulary = model.vocabulary();
  Json json = Json::array();
  for (const auto& [pair, judged] : model.judged()) {
    Json effects = Json::array();
    for (const auto& [effect, count] : pair.second) {
      effects.push_back({{"handler", vocabulary.handlers.text(effect.first)},
                         {"answer", vocabulary.labels.text(effect.second)},
                         {"times", count}});
    }
    json.push_back({{"answer", vocabulary.labels.text(pair.first)},
                    {"effects", effects},
                    {"verdict", verdict_name(judged.verdict)},
                    {"ambiguous", judged.ambiguous}});
  }
  return json;
}

/// The graph of "the entry answers as it does when the outcomes hold".
Json graph_to_json(const Model& model, Composition& composition) {
  std::vector<lineage::NodeId> good;
  for (const auto& [label, goal] : composition.answers) {
    for (const auto& [pair, judged] : model.judged()) {
      if (pair.first == label && judged.verdict == Verdict::kHeld) good.push_back(goal);
    }
  }
  const lineage::NodeId root = composition.graph.goal(good);
  Json nodes = Json::array();
  for (const lineage::NodeId id : composition.graph.cone(root)) {
    const DerivationGraph::Node& node = composition.graph.nodes()[id];
    Json json;
    json["id"] = id;
    switch (node.type) {
      case DerivationGraph::Type::kGoal:
        json["goal"] = node.children;
        break;
      case DerivationGraph::Type::kRule:
        json["rule"] = node.children;
        break;
      case DerivationGraph::Type::kPresent:
        json["present"] = composition.events[node.event].event;
        break;
      case DerivationGraph::Type::kFailed: {
        const ComposedEvent& event = composition.events[node.event];
        json["failed"] = event.event;
        json["modes"] = Json::array();
        for (const auto& mode : event.kinds[node.kind].modes)
          json["modes"].push_back(mode.text());
        break;
      }
    }
    nodes.push_back(std::move(json));
  }
  return {{"root", root}, {"nodes", nodes}};
}

}  // namespace

std::string model_to_json(const Model& model) {
  const Vocabulary& vocabulary = model.vocabulary();
  Json json;
  json["schema_version"] = 1;
  json["handlers"] = Json::array();
  for (const auto& [number, tree] : model.trees()) {
    Json handler;
    const std::string& name = vocabulary.handlers.text(tree.handler);
    handler["handler"] = name;
    handler["rules_for"] = model.tree_name(number);
    handler["level"] = level_name(model.refinement().level(name));
    handler["rules"] = Json::array();
    add_rules(tree, vocabulary, 0, {}, handler["rules"]);
    json["handlers"].push_back(std::move(handler));
  }
  json["judged"] = judged_to_json(model);
  if (!model.runs().empty()) {
    const FaultModel faults = FaultModel::standard();
    const Candidates candidates(faults, model);
    if (auto composition = compose(model, candidates); composition.ok()) {
      json["derivation"] = graph_to_json(model, *composition);
    }
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::campaign
