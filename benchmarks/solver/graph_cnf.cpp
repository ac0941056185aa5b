// The plain formula of a graph as DIMACS, for other SAT solvers: one-sided CNF of the
// whole graph, a sequential counter, at most K faults. Variables 1 to F are the faults;
// a "c ind" line says so to solvers that project. Line i (from 0) of the form "c bound L"
// has the literal that allows i faults: sizes are to be gone through one by one, so that
// each model is a minimal cut set.
//
//   graph_cnf GRAPH K > FILE.cnf
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "solver/fault_graph.h"

namespace cutset::solver {
namespace {

class Cnf {
 public:
  explicit Cnf(const Dag& dag) : dag_(dag) {
    variables_ = dag.fault_count() + dag.gate_count();
  }

  void graph() {
    for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
      const int64_t here = variable(dag_.child_of(gate));
      if (dag_.is_and(gate)) {
        text_ += fmt::format("{}", -here);
        for (const Child child : dag_.children(gate))
          text_ += fmt::format(" {}", variable(child));
        end();
      } else {
        for (const Child child : dag_.children(gate)) {
          text_ += fmt::format("{} {}", -here, variable(child));
          end();
        }
      }
    }
    text_ += fmt::format("{}", variable(dag_.root()));
    end();
  }

  void at_most(size_t most) {
    std::vector<int64_t> count;
    for (FaultId fault = 0; fault < dag_.fault_count(); ++fault) {
      std::vector<int64_t> next;
      for (size_t i = 0; i < std::min(count.size() + 1, most + 1); ++i) {
        next.push_back(++variables_);
        if (i < count.size()) {
          text_ += fmt::format("{} {}", -count[i], next[i]);
          end();
        }
        text_ += fmt::format("{}", -variable(fault));
        if (i > 0) text_ += fmt::format(" {}", -count[i - 1]);
        text_ += fmt::format(" {}", next[i]);
        end();
      }
      count = next;
    }
    if (count.size() <= most) return;
    text_ += fmt::format("{}", -count[most]);
    end();
    for (size_t i = 0; i < most; ++i) bounds_ += fmt::format("c bound {}\n", -count[i]);
  }

  void print() const {
    std::string faults = "c ind";
    for (FaultId fault = 0; fault < dag_.fault_count(); ++fault)
      faults += fmt::format(" {}", fault + 1);
    fmt::print("p cnf {} {}\n{} 0\n{}{}", variables_, clauses_, faults, bounds_, text_);
  }

 private:
  static int64_t variable(Child child) { return int64_t{child} + 1; }
  void end() {
    text_ += " 0\n";
    ++clauses_;
  }

  const Dag& dag_;
  int64_t variables_ = 0;
  int64_t clauses_ = 0;
  std::string text_;
  std::string bounds_;
};

int run(const char* file, size_t most) {
  const Result<FaultGraph> graph = read_fault_graph(file);
  if (!graph.ok()) {
    fmt::print(stderr, "{}\n", graph.error().text());
    return 65;
  }
  if (is_constant(graph->dag.root()) || graph->dag.has_conditions()) return 65;
  Cnf cnf(graph->dag);
  cnf.graph();
  cnf.at_most(most);
  cnf.print();
  return 0;
}

}  // namespace
}  // namespace cutset::solver

int main(int argc, char** argv) {
  if (argc != 3) return 64;
  return cutset::solver::run(argv[1], std::stoul(argv[2]));
}
