#include "solver/masking.h"

#include "base/check.h"
#include "solver/dag_builder.h"

namespace cutset::solver {

FaultGraph without(const FaultGraph& graph, const std::vector<FaultId>& faults) {
  const Dag& dag = graph.dag;
  CHECK(!dag.has_conditions());
  std::vector<Child> now(size_t{dag.fault_count()} + dag.gate_count());
  for (FaultId fault = 0; fault < dag.fault_count(); ++fault) now[fault] = fault;
  for (const FaultId fault : faults) now[fault] = kTrue;
  DagBuilder builder(dag.fault_count());
  std::vector<Child> children;
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    children.clear();
    for (const Child child : dag.children(gate))
      children.push_back(is_constant(child) ? child : now[child]);
    const Child origin = dag.child_of(gate);
    now[origin] = builder.gate(dag.is_and(gate), children, false, origin);
  }
  FaultGraph rest;
  rest.faults = graph.faults;
  rest.dag = builder.finish(is_constant(dag.root()) ? dag.root() : now[dag.root()]);
  return rest;
}

}  // namespace cutset::solver
