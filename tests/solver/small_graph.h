// Small random derivation graphs as plain lists, and what brute force says of them: the
// oracle shares no code with the solver. Failing graphs are made smaller and written to
// a file that replays.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace cutset::solver::testing {

struct SmallFault {
  std::string kind = "omit";
  int weight = 1;
};

/// Children as in cutset-dag/1: a node, or -1-i for enabled by fault i.
struct SmallGate {
  bool is_and = true;
  std::vector<int> children;
};

struct SmallGraph {
  std::vector<SmallFault> faults;
  std::vector<SmallGate> gates;
  int root = 0;

  int node_count() const { return static_cast<int>(faults.size() + gates.size()); }
  /// cutset-dag/1 as text.
  std::string text() const;
  static SmallGraph parse(const std::string& text);
};

struct Shape {
  int most_faults = 9;
  int most_gates = 14;
  int most_children = 4;
  int conditions_percent = 0;  // of gates: one more child, enabled by a fault
  int wide_root_percent = 50;  // of graphs: the root is an AND of several gates
};

SmallGraph random_graph(std::mt19937_64& random, const Shape& shape);

using FaultBits = uint32_t;

/// Does the root hold with exactly these faults active?
bool root_holds(const SmallGraph& graph, FaultBits active);
/// Those sets that `allowed` lets pass of the minimal cut sets.
std::set<FaultBits> minimal_cut_sets(const SmallGraph& graph,
                                     const std::function<bool(FaultBits)>& allowed);

/// The smallest graph found, by leaving out gates and children, for which `fails`.
SmallGraph shrunk(SmallGraph graph, const std::function<bool(const SmallGraph&)>& fails);
/// Writes the graph beside the test and returns the text that tells how to replay it.
std::string written_for_replay(const SmallGraph& graph, const std::string& name);

}  // namespace cutset::solver::testing
