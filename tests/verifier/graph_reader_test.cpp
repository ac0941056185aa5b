// The verifier's reader of graphs: what is wrong is named with its place, and what is
// right gives the numbering that the solver's reader gives (two readers for one format,
// so that a mistake in one does not make a wrong certificate look right).
#include <random>

#include "verifier/graph.h"
#include <gtest/gtest.h>

#include "solver/certificate.h"

namespace cutset::verifier {
namespace {

struct Refused {
  std::string input;
  std::string error;
};

TEST(GraphReader, WhatIsWrongIsNamedWithItsPlace) {
  const std::string p = "p dag 1 2 2\nf 0 call 1 a b 1\n";
  const std::string head =
      "{\"format\":\"cutset-dag/1\",\n\"faults\":[[\"call\",1,2,3,4]],\n";
  const std::vector<Refused> cases{
      {"", "x:1:1: expected a line \"p dag"},
      {"q", "x:1:1: expected a line c, p, f or g"},
      {"f 0 call 1 a b 1\n", "x:1:1: expected the line \"p dag"},
      {"p cnf 1 2 3\n", "x:1:1: expected \"p dag"},
      {"p dag 1 2\n", "x:1:10: expected the root"},
      {"p dag 99999999999 0 0\n", "x:1:7: expected the number of faults"},
      {"p dag 1 0 0\np dag 1 0 0\n", "x:2:1: a second line"},
      {p + "g 1 a 0\n", "x:4:1: 1 faults and 1 gates"},
      {p + "g 1 a 0\ng 2 o 2\n", "x:4:7: the child 2, expected a node that came before"},
      {p + "g 1 a 2\ng 2 o 1\n", "x:3:7: the child 2, expected a node that came before"},
      {p + "g 1 a -2\ng 2 o 1\n",
       "x:3:7: the child -2, expected a node that came before"},
      {p + "g 1 x 0\n", "x:3:5: expected a (all) or o (one)"},
      {p + "g 1 a 0x\n", "x:3:7: expected a child"},
      {p + "g 2 a 0\n", "x:3:3: node 2, expected 1"},
      {p + "f 1 call 1 a b 1\n", "x:3:1: more faults"},
      {"p dag 1 0 0\nf 0 call one a b 1\n", "x:2:10: expected the weight"},
      {"p dag 1 0 0\nf 0 call 1 a%2 b 1\n", "two hex digits"},
      {"p dag 1 0 7\nf 0 call 1 a b 1\n", "x:1:11: the root is 7"},
      {"c {\"format\":\"other\"}\n", "x:1:3: in the header: the format is \"other\""},
      {"{", "x:1:"},
      {"{}", "x:1:1: expected \"faults\""},
      {"{\"format\":\"cutset-dag/2\"}", "expected \"cutset-dag/1\""},
      {head + "\"gates\":[[\"and\",1]],\"root\":1}", "x:3:"},
      {head + "\"gates\":[[\"xor\",0]],\"root\":1}", "expected \"and\" or \"or\""},
      {head + "\"gates\":[[\"and\",-2]],\"root\":1}", "-1 to -1"},
      {head + "\"gates\":[[\"and\",0]],\"root\":2}", "the root is 2"},
      {head + "\"gates\":[[\"and\",0]]}", "expected \"faults\", \"gates\" and \"root\""},
      {head + "\"gates\":[[\"and\",1e3]],\"root\":1}", "x:3:"},
      {head + "\"gates\":[[\"and\",0],\"root\":1}", "x:3:"},
      {"{\"format\":\"cutset-dag/"
       "1\",\n\"faults\":[[\"call\",1]],\"gates\":[],\"root\":0}",
       "x:2:12: a fault of 2 fields"},
      {"{\"params\":{\"a\":},\"format\":\"cutset-dag/1\"}", "x:1:"},
  };
  for (const Refused& one : cases) {
    const Result<Graph> result = parse_graph(one.input, "x");
    ASSERT_FALSE(result.ok()) << one.input;
    EXPECT_NE(result.error().text().find(one.error), std::string::npos)
        << one.input << "\n  gave: " << result.error().text()
        << "\n  expected: " << one.error;
  }
}

/// Names as lineage may give them, in both forms.
struct Forms {
  std::string text;
  std::string json;
};

Forms random_forms(std::mt19937_64& random) {
  const auto below = [&](int most) {
    return static_cast<int>(random() % static_cast<uint64_t>(most));
  };
  // As a word of the text form, as a JSON string.
  static const std::vector<std::pair<std::string, std::string>> kNames{
      {"-", ""},
      {"%2D", "-"},
      {"7", "7"},
      {"007", "007"},
      {"a%20b", "a b"},
      {"%25", "%"},
      {"\xC3\xA9", "\xC3\xA9"},
      {"never", "never"},
      {"x%0Ay", "x\\ny"}};
  const int faults = below(6);
  const int gates = 1 + below(8);
  const int root = below(faults + gates);
  Forms forms;
  forms.text = "c {\"format\":\"cutset-dag/1\",\"params\":{\"n\":[5]}}\np dag " +
               std::to_string(faults) + " " + std::to_string(gates) + " " +
               std::to_string(root) + "\n";
  forms.json = "{\"format\":\"cutset-dag/1\",\"faults\":[";
  for (int i = 0; i < faults; ++i) {
    const auto& kind = kNames[random() % kNames.size()];
    const auto& a = kNames[random() % kNames.size()];
    const auto& b = kNames[random() % kNames.size()];
    const std::string t = std::to_string(below(10) - 5);
    forms.text += "f " + std::to_string(i) + " " + kind.first + " 1 " + a.first + " " +
                  b.first + " " + t + "\n";
    forms.json += (i == 0 ? "[\"" : ",[\"") + kind.second + "\",1,\"" + a.second +
                  "\",\"" + b.second + "\"," + t + "]";
  }
  forms.json += "],\"gates\":[";
  for (int i = 0; i < gates; ++i) {
    const bool is_and = below(2) == 0;
    forms.text += "g " + std::to_string(faults + i) + (is_and ? " a" : " o");
    forms.json += std::string(i == 0 ? "[" : ",[") + (is_and ? "\"and\"" : "\"or\"");
    for (int c = below(4); c > 0; --c) {
      if (faults + i + faults == 0) continue;
      const std::string child = std::to_string(below(faults + i + faults) - faults);
      forms.text += " " + child;
      forms.json += "," + child;
    }
    forms.text += "\n";
    forms.json += "]";
  }
  forms.json += "],\"root\":" + std::to_string(root) + "}";
  return forms;
}

TEST(GraphReader, NumbersNodesAsTheSolversReader) {
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    std::mt19937_64 random(seed);
    const Forms forms = random_forms(random);
    for (const std::string& form : {forms.text, forms.json}) {
      const Result<Graph> graph = parse_graph(form, "x");
      const auto solvers = solver::parse_fault_graph(form, "x");
      ASSERT_TRUE(graph.ok()) << graph.error().text() << "\n" << form;
      ASSERT_TRUE(solvers.ok()) << solvers.error().text() << "\n" << form;
      ASSERT_EQ(graph->root, solvers->dag.root()) << form;
      ASSERT_EQ(graph->gates(), solvers->dag.gate_count()) << form;
      for (uint32_t gate = 0; gate < graph->gates(); ++gate) {
        const auto mine = graph->children(gate);
        const auto its = solvers->dag.children(gate);
        ASSERT_TRUE(std::equal(mine.begin(), mine.end(), its.begin(), its.end())) << form;
      }
      ASSERT_EQ(hex16(graph->digest), hex16(solver::digest_of(*solvers))) << form;
    }
    ASSERT_EQ(parse_graph(forms.text, "x")->digest, parse_graph(forms.json, "x")->digest);
  }
}

TEST(GraphReader, CutOffAndAlteredInputIsReadOrRefused) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 5000; ++i) {
    const Forms forms = random_forms(random);
    std::string input = random() % 2 == 0 ? forms.json : forms.text;
    if (random() % 2 == 0) {
      input.resize(random() % (input.size() + 1));
    } else {
      for (int change = 0; change < 3; ++change)
        input[random() % input.size()] = static_cast<char>(random());
    }
    const Result<Graph> mine = parse_graph(input, "x");
    const auto its = solver::parse_fault_graph(input, "x");
    if (mine.ok() && its.ok()) {
      ASSERT_EQ(mine->digest, solver::digest_of(*its)) << input;
    }
  }
}

/// What is for people is passed over without a stack; formulas are refused.
TEST(GraphReader, DeepNestingTakesNoStack) {
  const std::string deep =
      "{\"format\":\"cutset-dag/1\",\"params\":" + std::string(500'000, '[') + "1" +
      std::string(500'000, ']') + ",\"faults\":[],\"gates\":[[\"and\"]],\"root\":0}";
  const Result<Graph> passed_over = parse_graph(deep, "x");
  EXPECT_TRUE(!passed_over.ok() || passed_over->root == kHolds);
  std::string xml = "<opsa-mef><define-fault-tree><define-gate name=\"g\">";
  for (int i = 0; i < 100'000; ++i) xml += "<or>";
  const Result<Graph> result = parse_graph(xml, "x");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().text().find("nested too deep"), std::string::npos);
}

}  // namespace
}  // namespace cutset::verifier
