#include "lineage/graph_dag.h"

#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

TEST(GraphDag, NodesAreNumberedChildrenFirst) {
  DerivationGraph graph;
  const NodeId fallback = graph.rule({graph.failed(3, 0), graph.present(5)});
  const NodeId root =
      graph.goal({graph.rule({graph.present(3), graph.present(4)}), fallback});
  std::vector<DagFault> faults(7);
  for (size_t i = 0; i < faults.size(); ++i)
    faults[i] = {"call", 10, "gateway", "call " + std::to_string(i), 1};
  const Dag dag = dag_of(graph, root, faults);
  EXPECT_EQ(dag_to_text(dag),
            "c {\"format\":\"cutset-dag/1\",\"family\":\"\"}\n"
            "p dag 3 3 5\n"
            "f 0 call 10 gateway call%203 1\n"
            "f 1 call 10 gateway call%204 1\n"
            "f 2 call 10 gateway call%205 1\n"
            "g 3 a -1 2\n"
            "g 4 a 0 1\n"
            "g 5 o 3 4\n");
  const Dag condition = dag_of(graph, graph.failed(3, 0), faults);
  EXPECT_EQ(condition.root, 1);
}

}  // namespace
}  // namespace cutset::lineage
