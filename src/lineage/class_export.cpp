#include "lineage/class_export.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace cutset::lineage {

namespace {

using Json = nlohmann::ordered_json;

std::string written(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string caller_of(const RequestIdentities& identities, size_t call) {
  const int parent = identities.calls[call].parent;
  return parent < 0 ? "" : identities.calls[static_cast<size_t>(parent)].point.callee;
}

/// Graphviz breaks lines at \n; controls and broken UTF-8 must not reach it.
std::string dot_text(const std::string& text) {
  const std::string clean =
      nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return clean.substr(1, clean.size() - 2);
}

std::string call_label(const RequestIdentities& identities, size_t call) {
  const identity::Point& point = identities.calls[call].point;
  std::string label = dot_text(point.callee) + "\\n" + dot_text(point.signature);
  if (!point.key.empty()) label += " {" + dot_text(point.key) + "}";
  if (point.ordinal > 1) label += fmt::format(" #{}", point.ordinal);
  return label;
}

std::string leaf_node(const DerivationGraph::Node& node, const RequestIdentities& calls,
                      const std::set<uint32_t>& single_points) {
  const std::string label = call_label(calls, node.event);
  if (node.type == DerivationGraph::Type::kFailed) {
    return fmt::format(
        "shape=octagon, style=\"filled,dashed\", fillcolor=\"#eeeeee\", "
        "label=\"{}\\nfailed\"",
        label);
  }
  const bool is_single = single_points.count(node.event) > 0;
  return fmt::format(
      "shape=box, style=\"filled,rounded\", fillcolor=\"{}\", label=\"{}{}\"",
      is_single ? "#f4b6b0" : "#bfe3c0", label,
      is_single ? "\\nsingle point of failure" : "");
}

std::string gate_node(const DerivationGraph& graph, NodeId id) {
  const bool is_goal = graph.nodes()[id].type == DerivationGraph::Type::kGoal;
  const auto name = graph.names().find(id);
  std::string label = is_goal ? "one of" : "all of";
  if (name != graph.names().end()) label = dot_text(name->second) + "\\n(" + label + ")";
  return fmt::format("shape={}, style=filled, fillcolor=\"{}\", label=\"{}\"",
                     is_goal ? "ellipse" : "box", is_goal ? "#d6e6f7" : "#ffffff", label);
}

/// PROV-JSON, collected by kind of record.
class Prov {
 public:
  Prov(const RequestIdentities& identities, const ClassRules& rules)
      : identities_(identities), rules_(rules) {}

  std::string write() {
    std::vector<bool> reached(identities_.calls.size(), false);
    reached[0] = true;
    for (uint32_t call = 0; call < identities_.calls.size(); ++call) {
      if (!reached[call]) continue;
      add_call(call);
      for (const LocalRule& rule : rules_.of[call]) {
        for (const Premise& premise : rule) {
          for (const uint32_t callee : premise.calls) reached[callee] = true;
        }
      }
    }
    Json json;
    json["prefix"] = {{"cutset", "https://cutset.invalid/prov#"}};
    const auto put = [&](const char* name, const nlohmann::json& records) {
      if (!records.empty()) json[name] = records;
    };
    put("entity", entities_);
    put("activity", activities_);
    put("agent", agents_);
    put("wasGeneratedBy", generated_);
    put("used", used_);
    put("wasAssociatedWith", associated_);
    return written(json);
  }

 private:
  static std::string answer(uint32_t call) {
    return fmt::format("cutset:answer{}", call);
  }
  static std::string failure(uint32_t call) {
    return fmt::format("cutset:failure{}", call);
  }

  std::string agent(const std::string& service) {
    std::string name = "cutset:service-" + hex16(fnv64(service));
    agents_[name] = {{"prov:label", service}};
    return name;
  }

  void add_call(uint32_t call) {
    const std::vector<LocalRule>& rules = rules_.of[call];
    entities_[answer(call)] = {{"prov:label", identities_.words(call) + " answers"},
                               {"cutset:call", identities_.id(call)},
                               {"cutset:gate", rules.size() > 1 ? "or" : "and"}};
    for (size_t rule = 0; rule < rules.size(); ++rule) {
      const std::string activity = fmt::format("cutset:call{}.{}", call, rule + 1);
      activities_[activity] = {{"prov:label", identities_.words(call)},
                               {"cutset:gate", "and"},
                               {"cutset:alternative", rule + 1}};
      generate(answer(call), activity);
      const std::string service = agent(identities_.calls[call].point.callee);
      associated_[fmt::format("_:a{}", associated_.size())] = {
          {"prov:activity", activity}, {"prov:agent", service}};
      for (const Premise& premise : rules[rule]) add_premise(activity, premise);
    }
  }

  void add_premise(const std::string& activity, const Premise& premise) {
    if (premise.type == Premise::Type::kHolds) {
      use(activity, answer(premise.calls[0]), false);
    } else if (premise.type == Premise::Type::kFails) {
      use(activity, failed(premise.calls[0]), true);
    } else {
      use(activity, attempts(premise.calls), false);
    }
  }

  std::string failed(uint32_t call) {
    entities_[failure(call)] = {{"prov:label", identities_.words(call) + " fails"},
                                {"cutset:call", identities_.id(call)},
                                {"cutset:condition", true}};
    return failure(call);
  }

  /// The answer of whichever attempt comes first: an alternative for each.
  std::string attempts(const std::vector<uint32_t>& calls) {
    std::string entity = fmt::format("cutset:attempts{}", calls[0]);
    if (entities_.contains(entity)) return entity;
    entities_[entity] = {
        {"prov:label", identities_.words(calls[0]) + " answers, at some attempt"},
        {"cutset:gate", "or"}};
    for (size_t i = 0; i < calls.size(); ++i) {
      const std::string activity = fmt::format("cutset:attempt{}.{}", calls[0], i + 1);
      activities_[activity] = {{"prov:label", fmt::format("attempt {}", i + 1)},
                               {"cutset:gate", "and"},
                               {"cutset:alternative", i + 1}};
      generate(entity, activity);
      use(activity, answer(calls[i]), false);
      for (size_t earlier = 0; earlier < i; ++earlier)
        use(activity, failed(calls[earlier]), true);
    }
    return entity;
  }

  void generate(const std::string& entity, const std::string& activity) {
    generated_[fmt::format("_:g{}", generated_.size())] = {{"prov:entity", entity},
                                                           {"prov:activity", activity}};
  }

  void use(const std::string& activity, const std::string& entity, bool condition) {
    nlohmann::json& record = used_[fmt::format("_:u{}", used_.size())];
    record = {{"prov:activity", activity}, {"prov:entity", entity}};
    if (condition) record["cutset:condition"] = true;
  }

  const RequestIdentities& identities_;
  const ClassRules& rules_;
  // Sorted: looked up by name, ten thousand calls and more.
  nlohmann::json entities_ = nlohmann::json::object();
  nlohmann::json activities_ = nlohmann::json::object();
  nlohmann::json agents_ = nlohmann::json::object();
  nlohmann::json generated_ = nlohmann::json::object();
  nlohmann::json used_ = nlohmann::json::object();
  nlohmann::json associated_ = nlohmann::json::object();
};

}  // namespace

Dag dag_of(const RequestClass& one, const ClassGraph& graph) {
  std::vector<DagFault> faults;
  for (size_t call = 0; call < one.identities.calls.size(); ++call) {
    faults.push_back({"call", dag_weight(graph.likelihood[call]),
                      caller_of(one.identities, call), one.identities.id(call),
                      static_cast<int64_t>(one.identities.calls[call].point.ordinal)});
  }
  Dag dag = dag_of(graph.graph, graph.root, faults);
  dag.family = one.name;
  dag.params =
      Json{{"shape", hex16(one.shape)}, {"runs", one.runs}, {"failed", one.failed}}
          .dump();
  return dag;
}

std::string dot_of(const RequestClass& one, const ClassGraph& graph,
                   const std::vector<uint32_t>& single_points) {
  const std::set<uint32_t> singles(single_points.begin(), single_points.end());
  std::string dot = "digraph derivation {\n";
  dot += fmt::format("  label=\"{}: what an answer without an error depends on\";\n",
                     dot_text(one.name));
  dot += "  labelloc=t; rankdir=LR; fontname=\"sans-serif\";\n";
  dot += "  node [fontname=\"sans-serif\", fontsize=11]; edge [color=\"#666666\"];\n";
  for (const NodeId id : graph.graph.cone(graph.root)) {
    const DerivationGraph::Node& node = graph.graph.nodes()[id];
    const bool is_leaf = node.type == DerivationGraph::Type::kPresent ||
                         node.type == DerivationGraph::Type::kFailed;
    dot += fmt::format(
        "  n{} [{}];\n", id,
        is_leaf ? leaf_node(node, one.identities, singles) : gate_node(graph.graph, id));
    for (const NodeId child : node.children) {
      const bool is_condition =
          graph.graph.nodes()[child].type == DerivationGraph::Type::kFailed;
      dot += fmt::format("  n{} -> n{}{};\n", id, child,
                         is_condition ? " [style=dashed]" : "");
    }
  }
  return dot + "}\n";
}

std::string prov_json_of(const RequestClass& one, const ClassGraph& graph) {
  return Prov(one.identities, graph.rules).write();
}

std::string graph_json_of(const RequestClass& one, const ClassGraph& graph) {
  static constexpr const char* kTypes[] = {"or", "and", "present", "failed"};
  Json json{
      {"format", "cutset-graph/1"}, {"class", one.name}, {"shape", hex16(one.shape)}};
  Json calls = Json::array();
  for (size_t call = 0; call < one.identities.calls.size(); ++call) {
    calls.push_back({{"id", one.identities.id(call)},
                     {"words", one.identities.words(call)},
                     {"likelihood", graph.likelihood[call]}});
  }
  json["calls"] = std::move(calls);
  Json nodes = Json::array();
  for (const NodeId id : graph.graph.cone(graph.root)) {
    const DerivationGraph::Node& node = graph.graph.nodes()[id];
    Json made{{"id", id}, {"type", kTypes[static_cast<size_t>(node.type)]}};
    const auto name = graph.graph.names().find(id);
    if (name != graph.graph.names().end()) made["name"] = name->second;
    if (node.type == DerivationGraph::Type::kPresent ||
        node.type == DerivationGraph::Type::kFailed) {
      made["call"] = node.event;
    } else {
      made["children"] = node.children;
    }
    nodes.push_back(std::move(made));
  }
  json["nodes"] = std::move(nodes);
  json["root"] = graph.root;
  return written(json);
}

}  // namespace cutset::lineage
