#include "lineage/graph_dag.h"

#include <random>

#include <gtest/gtest.h>

namespace cutset::lineage {
namespace {

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

TEST(GraphDag, BothFormsAreReadAsTheyWereWritten) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Dag dag = random_dag(random);
    const std::string json = dag_to_json(dag);
    const std::string text = dag_to_text(dag);
    const Result<Dag> from_json = parse_dag(json, "x");
    const Result<Dag> from_text = parse_dag(text, "x");
    ASSERT_TRUE(from_json.ok()) << from_json.error().text() << "\n" << json;
    ASSERT_TRUE(from_text.ok()) << from_text.error().text() << "\n" << text;
    ASSERT_EQ(*from_json, dag) << json;
    ASSERT_EQ(*from_text, dag) << text;
  }
}

TEST(GraphDag, AGraphComesBackWithTheSameNodes) {
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
  const DagGraph back = graph_of(*parse_dag(dag_to_json(dag), "x"));
  EXPECT_EQ(dag_to_json(dag_of(back.graph, back.root, dag.faults)), dag_to_json(dag));
  const Dag condition = dag_of(graph, graph.failed(3, 0), faults);
  EXPECT_EQ(condition.root, 1);
  EXPECT_TRUE(parse_dag(dag_to_text(condition), "x").ok());
}

struct Refused {
  std::string input;
  std::string error;
};

TEST(GraphDag, WhatIsWrongIsNamedWithItsPlace) {
  const std::string p = "p dag 1 2 2\nf 0 call 1 a b 1\n";
  const std::string head =
      "{\"format\":\"cutset-dag/1\",\n\"faults\":[[\"call\",1,2,3,4]],\n";
  const std::vector<Refused> cases{
      {"", "x:1:1: expected a line \"p dag"},
      {"q", "x:1:1: \"q\": expected a line c, p, f or g"},
      {"f 0 call 1 a b 1\n", "x:1:1: expected the line \"p dag"},
      {"p cnf 1 2 3\n", "x:1:3: \"cnf\", expected \"dag\""},
      {"p dag 1 2\n", "x:1:10: the line ends, expected the root"},
      {"p dag 99999999999 0 0\n", "x:1:1: expected at most"},
      {"p dag 1 0 0\np dag 1 0 0\n", "x:2:1: a second line"},
      {p + "g 1 a 0\n", "x:4:1: 1 faults and 1 gates"},
      {p + "g 1 a 0\ng 2 o 2\n", "x:4:1: gate 2 has the child 2: children must have"},
      {p + "g 1 a 2\ng 2 o 1\n", "x:3:1: gate 1 has the child 2: children must have"},
      {p + "g 1 a -2\ng 2 o 1\n", "x:3:1: gate 1 has the child -2: there are only 1"},
      {p + "g 1 x 0\n", "x:3:5: \"x\", expected \"a\""},
      {p + "g 1 a 0x\n", "x:3:7: \"0x\", expected a child"},
      {p + "g 2 a 0\n", "x:3:1: node 2, expected 1"},
      {p + "f 1 call 1 a b 1\n", "x:3:1: more faults"},
      {"p dag 1 0 0\nf 0 call one a b 1\n", "x:2:10: \"one\", expected the weight"},
      {"p dag 1 0 0\nf 0 call 1 a%2 b 1\n", "two hex digits"},
      {"p dag 1 0 7\nf 0 call 1 a b 1\n", "x:1:1: the root is 7"},
      {"c {\"format\":\"other\"}\n", "x:1:1: in the header: the format is \"other\""},
      {"{", "x:1:"},
      {"{}", "x:1:1: no \"format\""},
      {"{\"format\":\"cutset-dag/2\"}", "expected \"cutset-dag/1\""},
      {head + "\"gates\":[[\"and\",1]],\"root\":1}", "x:3:"},
      {head + "\"gates\":[[\"xor\",0]],\"root\":1}", "expected \"and\" or \"or\""},
      {head + "\"gates\":[[\"and\",-2]],\"root\":1}", "there are only 1 faults"},
      {head + "\"gates\":[[\"and\",0]],\"root\":2}", "the root is 2"},
      {head + "\"gates\":[[\"and\",0]]}", "expected \"faults\", \"gates\" and \"root\""},
      {head + "\"gates\":[[\"and\",1e3]],\"root\":1}", "x:3:"},
      {head + "\"gates\":[[\"and\",0],\"root\":1}", "x:3:"},
      {"{\"format\":\"cutset-dag/"
       "1\",\n\"faults\":[[\"call\",1]],\"gates\":[],\"root\":0}",
       "x:2:11: a fault of 2 fields"},
      {"{\"params\":{\"a\":},\"format\":\"cutset-dag/1\"}", "x:1:"},
  };
  for (const Refused& one : cases) {
    const Result<Dag> result = parse_dag(one.input, "x");
    ASSERT_FALSE(result.ok()) << one.input;
    EXPECT_NE(result.error().text().find(one.error), std::string::npos)
        << one.input << "\n  gave: " << result.error().text()
        << "\n  expected: " << one.error;
  }
}

TEST(GraphDag, CutOffAndAlteredInputIsReadOrRefused) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 3000; ++i) {
    const Dag dag = random_dag(random);
    std::string input = random() % 2 == 0 ? dag_to_json(dag) : dag_to_text(dag);
    if (random() % 2 == 0) {
      input.resize(random() % (input.size() + 1));
    } else {
      for (int change = 0; change < 3; ++change)
        input[random() % input.size()] = static_cast<char>(random());
    }
    const Result<Dag> result = parse_dag(input, "x");
    if (result.ok()) graph_of(*result).graph.check_invariants();
  }
}

TEST(GraphDag, DeepNestingIsRefused) {
  const std::string deep =
      "{\"format\":\"cutset-dag/1\",\"params\":" + std::string(500'000, '[') + "1" +
      std::string(500'000, ']') + ",\"faults\":[],\"gates\":[[\"and\"]],\"root\":0}";
  const Result<Dag> result = parse_dag(deep, "x");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().text().find("x:1:"), std::string::npos);
}

}  // namespace
}  // namespace cutset::lineage
