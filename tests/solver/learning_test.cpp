// Learning between any two answers: alternatives (with and without conditions) and
// blocked sets, against brute force over the graph as it is at that moment.
#include <algorithm>
#include <bit>

#include "small_graph.h"
#include <gtest/gtest.h>

#include "solver/cut_search.h"
#include "solver/dag_builder.h"

namespace cutset::solver {
namespace {

using testing::FaultBits;
using testing::SmallGate;
using testing::SmallGraph;

/// The graph with some goals marked: they are not merged with equal ones.
FaultGraph built(const SmallGraph& small, std::mt19937_64& random) {
  FaultGraph graph;
  for (const testing::SmallFault& fault : small.faults) {
    FaultTable::Description description;
    description.kind = graph.faults.kind(fault.kind);
    description.weight = fault.weight;
    graph.faults.add(description);
  }
  DagBuilder builder(graph.faults.size());
  std::vector<Child> result;
  for (FaultId fault = 0; fault < graph.faults.size(); ++fault) result.push_back(fault);
  for (const SmallGate& gate : small.gates) {
    std::vector<Child> children;
    for (const int child : gate.children) {
      children.push_back(child < 0 ? enabled_by(static_cast<FaultId>(-1 - child))
                                   : result[static_cast<size_t>(child)]);
    }
    const bool may_learn = !gate.is_and && random() % 2 == 0;
    result.push_back(builder.gate(gate.is_and, children, may_learn, 0));
  }
  graph.dag = builder.finish(result[static_cast<size_t>(small.root)]);
  graph.dag.check_invariants();
  return graph;
}

/// The oracle's side: the Dag as plain lists, and alternatives put in where they belong.
class Model {
 public:
  explicit Model(const FaultGraph& graph) {
    for (FaultId fault = 0; fault < graph.faults.size(); ++fault) {
      small_.faults.push_back({"omit", graph.faults[fault].weight});
      node_.push_back(static_cast<int>(fault));
    }
    const Dag& dag = graph.dag;
    for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
      SmallGate copy;
      copy.is_and = dag.is_and(gate);
      for (const Child child : dag.children(gate)) copy.children.push_back(id_of(child));
      node_.push_back(small_.node_count());
      small_.gates.push_back(copy);
    }
    small_.root = id_of(dag.root());
  }

  void learn(Child goal, const std::vector<Child>& premises) {
    SmallGate alternative;
    for (const Child premise : premises) alternative.children.push_back(id_of(premise));
    const int at = node_[goal];
    const auto moved = [at](int node) { return node >= at ? node + 1 : node; };
    for (int& node : node_) node = moved(node);
    for (SmallGate& gate : small_.gates) {
      for (int& child : gate.children) child = moved(child);
    }
    small_.root = moved(small_.root);
    const auto index =
        static_cast<ptrdiff_t>(at) - static_cast<ptrdiff_t>(small_.faults.size());
    small_.gates.insert(small_.gates.begin() + index, alternative);
    small_.gates[static_cast<size_t>(index) + 1].children.push_back(at);
  }

  const SmallGraph& graph() const { return small_; }

 private:
  int id_of(Child child) const {
    return is_enabled(child) ? -1 - static_cast<int>(child & ~kEnabledBit) : node_[child];
  }

  SmallGraph small_;
  std::vector<int> node_;  // by Child
};

class Interleaving {
 public:
  Interleaving(uint64_t seed, int conditions_percent) : random_(seed) {
    testing::Shape shape;
    shape.most_faults = 8;
    shape.most_gates = 12;
    shape.conditions_percent = conditions_percent;
    shape.wide_root_percent = 70;
    SmallGraph small = testing::random_graph(random_, shape);
    for (testing::SmallFault& fault : small.faults) fault.kind = "omit";
    graph_ = built(small, random_);
    conditions_ = conditions_percent > 0;
  }

  /// "" or what is wrong.
  std::string run(Method method, Backend backend) {
    if (is_constant(graph_.dag.root())) return "";
    Model model(graph_);
    SearchOptions options;
    options.method = method;
    options.backend = backend;
    if (random_() % 3 == 0)
      options.budget.total = 1 + static_cast<uint32_t>(random_() % 4);
    CutSearch search(graph_, options);
    for (int step = 0; step < 12; ++step) {
      const int draw = upto(9);
      if (draw < 2) {
        learn(search, model);
      } else if (draw == 2) {
        block(search);
      } else {
        const std::string wrong = take(search, model, options.budget.total, upto(4));
        if (!wrong.empty()) return wrong;
      }
    }
    const std::string wrong = take(search, model, options.budget.total, 1 << 20);
    if (!wrong.empty()) return wrong;
    if (search.ending() != Ending::kComplete) return "no end";
    for (const FaultBits wanted : expected(model, options.budget.total)) {
      if (given_.count(wanted) == 0) return "missing: " + std::to_string(wanted);
    }
    return "";
  }

 private:
  int upto(int most) {
    return static_cast<int>(random_() % static_cast<uint64_t>(most + 1));
  }

  std::set<FaultBits> expected(const Model& model, uint32_t total) const {
    std::set<FaultBits> sets =
        testing::minimal_cut_sets(model.graph(), [&](FaultBits active) {
          return static_cast<uint32_t>(std::popcount(active)) <= total;
        });
    for (auto set = sets.begin(); set != sets.end();) {
      const bool blocked =
          std::any_of(blocked_.begin(), blocked_.end(),
                      [&](FaultBits part) { return (*set & part) == part; });
      set = blocked ? sets.erase(set) : std::next(set);
    }
    return sets;
  }

  std::string take(CutSearch& search, const Model& model, uint32_t total, int most) {
    const std::set<FaultBits> allowed = expected(model, total);
    for (int i = 0; i < most; ++i) {
      const std::optional<FoundSet> set = search.next();
      if (!set) return "";
      FaultBits bits = 0;
      for (const FaultId fault : set->faults) bits |= FaultBits{1} << fault;
      if (allowed.count(bits) == 0) return "not wanted: " + std::to_string(bits);
      if (!given_.insert(bits).second) return "twice: " + std::to_string(bits);
    }
    return "";
  }

  void learn(CutSearch& search, Model& model) {
    std::vector<Child> goals;
    for (GateId gate = 0; gate < graph_.dag.gate_count(); ++gate) {
      if (!graph_.dag.is_and(gate)) goals.push_back(graph_.dag.child_of(gate));
    }
    if (goals.empty()) return;
    const Child goal =
        goals[static_cast<size_t>(upto(static_cast<int>(goals.size()) - 1))];
    std::vector<Child> premises;
    for (int i = upto(3); i > 0; --i) {
      const auto fault =
          static_cast<FaultId>(upto(static_cast<int>(graph_.faults.size()) - 1));
      premises.push_back(conditions_ && upto(2) == 0
                             ? enabled_by(fault)
                             : static_cast<Child>(random_() % goal));
    }
    search.learn(goal, premises);
    model.learn(goal, premises);
  }

  void block(CutSearch& search) {
    std::vector<FaultId> violated;
    FaultBits bits = 0;
    for (int i = 1 + upto(1); i >= 0; --i) {
      const auto fault =
          static_cast<FaultId>(upto(static_cast<int>(graph_.faults.size()) - 1));
      if ((bits >> fault & 1) == 0) violated.push_back(fault);
      bits |= FaultBits{1} << fault;
    }
    search.block(violated);
    blocked_.push_back(bits);
  }

  std::mt19937_64 random_;
  FaultGraph graph_;
  bool conditions_ = false;
  std::vector<FaultBits> blocked_;
  std::set<FaultBits> given_;
};

struct Way {
  Method method;
  Backend backend;
};

void interleave(uint64_t first_seed, int rounds, int conditions_percent) {
  const Way ways[] = {
      {Method::kAuto, Backend::kCadical},  {Method::kSat, Backend::kCadical},
      {Method::kSat, Backend::kMinisat},   {Method::kDiagrams, Backend::kCadical},
      {Method::kPlain, Backend::kMinisat}, {Method::kBruteForce, Backend::kCadical}};
  for (int round = 0; round < rounds; ++round) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(round);
    for (size_t way = 0; way < std::size(ways); ++way) {
      const std::string wrong =
          Interleaving(seed, conditions_percent).run(ways[way].method, ways[way].backend);
      ASSERT_EQ(wrong, "") << "seed " << seed << ", way " << way;
    }
  }
}

TEST(Learning, MonotoneAlternatives) {
  interleave(1, 2000, 0);
}

TEST(Learning, ConditionalAlternatives) {
  interleave(50'000, 2000, 15);
}

}  // namespace
}  // namespace cutset::solver
