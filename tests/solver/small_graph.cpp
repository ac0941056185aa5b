#include "small_graph.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <sstream>

namespace cutset::solver::testing {

std::string SmallGraph::text() const {
  std::ostringstream text;
  text << "p dag " << faults.size() << " " << gates.size() << " " << root << "\n";
  for (size_t i = 0; i < faults.size(); ++i) {
    text << "f " << i << " " << faults[i].kind << " " << faults[i].weight << " " << i
         << " 0 0\n";
  }
  for (size_t i = 0; i < gates.size(); ++i) {
    text << "g " << faults.size() + i << (gates[i].is_and ? " a" : " o");
    for (const int child : gates[i].children) text << " " << child;
    text << "\n";
  }
  return text.str();
}

SmallGraph SmallGraph::parse(const std::string& text) {
  SmallGraph graph;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string word;
    int id = 0;
    words >> word;
    if (word == "p") {
      size_t count = 0;
      words >> word >> count >> count >> graph.root;
    } else if (word == "f") {
      SmallFault fault;
      words >> id >> fault.kind >> fault.weight;
      graph.faults.push_back(fault);
    } else if (word == "g") {
      SmallGate gate;
      words >> id >> word;
      gate.is_and = word == "a";
      for (int child = 0; words >> child;) gate.children.push_back(child);
      graph.gates.push_back(gate);
    }
  }
  return graph;
}

SmallGraph random_graph(std::mt19937_64& random, const Shape& shape) {
  const auto upto = [&random](int most) {
    return static_cast<int>(random() % static_cast<uint64_t>(most + 1));
  };
  SmallGraph graph;
  const int faults = 1 + upto(shape.most_faults - 1);
  for (int i = 0; i < faults; ++i) {
    static const char* const kKinds[] = {"omit", "omit", "crash", "call", "never"};
    SmallFault fault;
    fault.kind = kKinds[upto(30) == 0 ? 4 : upto(3)];
    fault.weight = 1 + upto(8);
    graph.faults.push_back(fault);
  }
  const int gates = 1 + upto(shape.most_gates - 1);
  for (int i = 0; i < gates; ++i) {
    SmallGate gate;
    gate.is_and = upto(1) == 0;
    const int nodes = graph.node_count();
    // Mostly two children and more; now and then one, none, or one twice.
    const int children = upto(20) == 0 ? upto(1) : 2 + upto(shape.most_children - 2);
    for (int c = 0; c < children; ++c) {
      const bool recent = upto(2) == 0;
      gate.children.push_back(recent ? nodes - 1 - upto(std::min(nodes - 1, 5))
                                     : upto(nodes - 1));
    }
    if (upto(99) < shape.conditions_percent) {
      gate.children.push_back(-1 - upto(faults - 1));
    }
    graph.gates.push_back(gate);
  }
  graph.root = graph.node_count() - 1;
  if (upto(99) < shape.wide_root_percent) {
    SmallGate root;
    for (int i = 0; i < 3; ++i) root.children.push_back(faults + upto(gates - 1));
    graph.gates.push_back(root);
    graph.root = graph.node_count() - 1;
  }
  return graph;
}

bool root_holds(const SmallGraph& graph, FaultBits active) {
  std::vector<char> value;
  const auto is_active = [active](int fault) { return (active >> fault & 1) != 0; };
  for (size_t i = 0; i < graph.faults.size(); ++i)
    value.push_back(!is_active(static_cast<int>(i)));
  for (const SmallGate& gate : graph.gates) {
    bool result = gate.is_and;
    for (const int child : gate.children) {
      // A fault that never happens enables nothing; it is never active either.
      const bool holds =
          child < 0 ? is_active(-1 - child) : value[static_cast<size_t>(child)];
      result = gate.is_and ? result && holds : result || holds;
    }
    value.push_back(result);
  }
  return value[static_cast<size_t>(graph.root)];
}

std::set<FaultBits> minimal_cut_sets(const SmallGraph& graph,
                                     const std::function<bool(FaultBits)>& allowed) {
  std::set<FaultBits> minimal;
  FaultBits never = 0;
  for (size_t i = 0; i < graph.faults.size(); ++i) {
    if (graph.faults[i].kind == "never") never |= FaultBits{1} << i;
  }
  const FaultBits end = FaultBits{1} << graph.faults.size();
  for (int size = 0; size <= static_cast<int>(graph.faults.size()); ++size) {
    for (FaultBits active = 0; active < end; ++active) {
      if (std::popcount(active) != size || (active & never) != 0 || !allowed(active))
        continue;
      const bool above =
          std::any_of(minimal.begin(), minimal.end(),
                      [active](FaultBits part) { return (active & part) == part; });
      if (!above && !root_holds(graph, active)) minimal.insert(active);
    }
  }
  return minimal;
}

namespace {

/// Without the gate: its parents get its first child, or lose it.
SmallGraph without_gate(const SmallGraph& graph, size_t which) {
  SmallGraph result = graph;
  const int node = static_cast<int>(graph.faults.size() + which);
  const std::vector<int> own = graph.gates[which].children;
  result.gates.erase(result.gates.begin() + static_cast<ptrdiff_t>(which));
  const auto renumbered = [node](int child) { return child > node ? child - 1 : child; };
  for (SmallGate& gate : result.gates) {
    std::vector<int> children;
    for (const int child : gate.children) {
      if (child != node) {
        children.push_back(renumbered(child));
      } else if (!own.empty()) {
        children.push_back(own.front());
      }
    }
    gate.children = children;
  }
  if (graph.root == node) {
    result.root = own.empty() || own.front() < 0 ? 0 : own.front();
  } else {
    result.root = renumbered(graph.root);
  }
  return result;
}

}  // namespace

SmallGraph shrunk(SmallGraph graph, const std::function<bool(const SmallGraph&)>& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (size_t i = graph.gates.size(); i-- > 0;) {
      const SmallGraph tried = without_gate(graph, i);
      if (!fails(tried)) continue;
      graph = tried;
      smaller = true;
    }
    for (size_t i = 0; i < graph.gates.size(); ++i) {
      for (size_t c = graph.gates[i].children.size(); c-- > 0;) {
        SmallGraph tried = graph;
        tried.gates[i].children.erase(tried.gates[i].children.begin() +
                                      static_cast<ptrdiff_t>(c));
        if (!fails(tried)) continue;
        graph = tried;
        smaller = true;
      }
    }
  }
  return graph;
}

std::string written_for_replay(const SmallGraph& graph, const std::string& name) {
  std::ofstream(name) << graph.text();
  return "written to " + name + "; CUTSET_REPLAY=" + name + " runs only that\n" +
         graph.text();
}

}  // namespace cutset::solver::testing
