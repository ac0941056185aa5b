// What lineage writes means the same to both readers, whatever its names are.
#include <random>

#include "verifier/graph.h"
#include <gtest/gtest.h>

#include "lineage/graph_dag.h"
#include "solver/certificate.h"

namespace cutset {
namespace {

using lineage::Dag;
using lineage::DagGate;

Dag random_dag(std::mt19937_64& random) {
  const auto below = [&](uint64_t most) { return static_cast<int64_t>(random() % most); };
  static const std::vector<std::string> kNames{"",
                                               "-",
                                               "7",
                                               "-3",
                                               "007",
                                               "a b",
                                               "a:GET /x{%}#1 > b:c#*",
                                               "%",
                                               "\xC3\xA9",
                                               "\"\\",
                                               "\n\t",
                                               "%2D",
                                               std::string("x\0y", 3)};
  Dag dag;
  dag.family = kNames[random() % kNames.size()];
  if (below(2) == 0) dag.params = R"({"n":5,"deep":[1,[2,{"x":null}]]})";
  if (below(2) == 0) dag.known = R"({"3":800})";
  const int64_t faults = below(6);
  for (int64_t i = 0; i < faults; ++i) {
    dag.faults.push_back({kNames[random() % kNames.size()], below(100) - 50,
                          kNames[random() % kNames.size()],
                          kNames[random() % kNames.size()], below(10)});
  }
  const int64_t gates = 1 + below(8);
  for (int64_t i = 0; i < gates; ++i) {
    DagGate gate{below(2) == 0, {}};
    for (int64_t child = below(4); child > 0; --child) {
      if (faults + i + faults > 0)
        gate.children.push_back(below(static_cast<uint64_t>(faults + i + faults)) -
                                faults);
    }
    dag.gates.push_back(gate);
  }
  dag.root = below(static_cast<uint64_t>(faults + gates));
  return dag;
}

TEST(GraphReader, ReadsWhatLineageWritesAsTheSolversReader) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Dag dag = random_dag(random);
    for (const std::string& form :
         {lineage::dag_to_json(dag), lineage::dag_to_text(dag)}) {
      const auto mine = verifier::parse_graph(form, "x");
      const auto its = solver::parse_fault_graph(form, "x");
      ASSERT_TRUE(mine.ok()) << mine.error().text() << "\n" << form;
      ASSERT_TRUE(its.ok()) << its.error().text() << "\n" << form;
      ASSERT_EQ(mine->digest, solver::digest_of(*its)) << form;
      ASSERT_EQ(mine->faults(), dag.faults.size());
      for (uint32_t fault = 0; fault < mine->faults(); ++fault)
        ASSERT_EQ(mine->subject(fault), dag.faults[fault].a) << form;
    }
  }
}

}  // namespace
}  // namespace cutset
