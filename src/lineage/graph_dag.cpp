#include "lineage/graph_dag.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"

namespace cutset::lineage {

namespace {

using Type = DerivationGraph::Type;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false,
                                   nlohmann::json::error_handler_t::replace);
}

/// Numbers that came as numbers go out as numbers: nodes of models are numbered.
std::string quoted_or_number(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() &&
                         std::to_string(number) == text;
  return is_number ? text : quoted(text);
}

std::string header(const Dag& dag) {
  std::string text = R"({"format":"cutset-dag/1")";
  text += ",\"family\":" + quoted(dag.family);
  if (!dag.params.empty()) text += ",\"params\":" + dag.params;
  if (!dag.known.empty()) text += ",\"known\":" + dag.known;
  return text;
}

std::string word(const std::string& text) {
  if (text.empty()) return "-";
  if (text == "-") return "%2D";
  std::string result;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code <= ' ' || code == 0x7f || byte == '%') {
      result += fmt::format("%{:02X}", code);
    } else {
      result += byte;
    }
  }
  return result;
}

}  // namespace

std::string dag_to_json(const Dag& dag) {
  std::string text = header(dag) + ",\n\"faults\":[";
  for (size_t i = 0; i < dag.faults.size(); ++i) {
    const DagFault& fault = dag.faults[i];
    text += fmt::format("{}[{},{},{},{},{}]", i == 0 ? "\n" : ",\n", quoted(fault.kind),
                        fault.weight, quoted_or_number(fault.a),
                        quoted_or_number(fault.b), fault.t);
  }
  text += "\n],\n\"gates\":[";
  for (size_t i = 0; i < dag.gates.size(); ++i) {
    text +=
        fmt::format("{}[\"{}\"", i == 0 ? "\n" : ",\n", dag.gates[i].all ? "and" : "or");
    for (const int64_t child : dag.gates[i].children) text += fmt::format(",{}", child);
    text += "]";
  }
  return text + fmt::format("\n],\n\"root\":{}}}\n", dag.root);
}

std::string dag_to_text(const Dag& dag) {
  std::string text = "c " + header(dag) + "}\n";
  text += fmt::format("p dag {} {} {}\n", dag.faults.size(), dag.gates.size(), dag.root);
  for (size_t i = 0; i < dag.faults.size(); ++i) {
    const DagFault& fault = dag.faults[i];
    text += fmt::format("f {} {} {} {} {} {}\n", i, word(fault.kind), fault.weight,
                        word(fault.a), word(fault.b), fault.t);
  }
  for (size_t i = 0; i < dag.gates.size(); ++i) {
    text += fmt::format("g {} {}", dag.faults.size() + i, dag.gates[i].all ? "a" : "o");
    for (const int64_t child : dag.gates[i].children) text += fmt::format(" {}", child);
    text += "\n";
  }
  return text;
}

int64_t dag_weight(double likelihood) {
  constexpr double kLeast = 1e-300;
  return std::llround(-1000 * std::log(std::max(likelihood, kLeast)));
}

Dag dag_of(const DerivationGraph& graph, NodeId root,
           const std::vector<DagFault>& faults) {
  Dag dag;
  const std::vector<NodeId> cone = graph.cone(root);
  std::vector<int64_t> fault_of(faults.size(), -1);
  const auto is_leaf = [&](NodeId id) {
    const Type type = graph.nodes()[id].type;
    return type == Type::kPresent || type == Type::kFailed;
  };
  for (const NodeId id : cone) {
    if (is_leaf(id)) fault_of.at(graph.nodes()[id].event) = 0;
  }
  for (size_t event = 0; event < faults.size(); ++event) {
    if (fault_of[event] < 0) continue;
    fault_of[event] = static_cast<int64_t>(dag.faults.size());
    dag.faults.push_back(faults[event]);
  }
  std::vector<int64_t> node_of(graph.nodes().size(), 0);
  for (const NodeId id : cone) {
    const DerivationGraph::Node& node = graph.nodes()[id];
    if (is_leaf(id)) {
      const int64_t fault = fault_of[node.event];
      node_of[id] = node.type == Type::kPresent ? fault : -1 - fault;
      continue;
    }
    DagGate gate{node.type == Type::kRule, {}};
    for (const NodeId child : node.children) gate.children.push_back(node_of[child]);
    std::sort(gate.children.begin(), gate.children.end());
    node_of[id] = static_cast<int64_t>(dag.faults.size() + dag.gates.size());
    dag.gates.push_back(std::move(gate));
  }
  dag.root = node_of[root];
  if (dag.root < 0) {  // enabled by a fault: roots are nodes, so a gate stands before it
    dag.gates.push_back({true, {dag.root}});
    dag.root = static_cast<int64_t>(dag.faults.size());
  }
  return dag;
}

}  // namespace cutset::lineage
