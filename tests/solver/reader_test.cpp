// Readers of fault graphs: what is refused and where, what comes back as it was.
#include <random>

#include "small_graph.h"
#include <gtest/gtest.h>

#include "lineage/graph_dag.h"
#include "solver/cut_search.h"

namespace cutset::solver {
namespace {

struct Refused {
  const char* name;
  const char* input;
  int line;
  int column;
  const char* says;  // part of the message
};

std::ostream& operator<<(std::ostream& out, const Refused& refused) {
  return out << refused.name;
}

const Refused kRefused[] = {
    {"Empty", "", 1, 1, "expected p dag FAULTS GATES ROOT"},
    {"NotAGraph", "hello\n", 1, 1, "expected p dag"},
    {"ForwardReference", "p dag 1 2 2\nf 0 omit 1 0 0 0\ng 1 a 0 2\ng 2 o 0 1\n", 3, 9,
     "child 2: expected a fault or gate below 1"},
    {"Cycle", "p dag 1 1 1\nf 0 omit 1 0 0 0\ng 1 a 0 1\n", 3, 9, "child 1"},
    {"HugeChild", "p dag 1 1 1\nf 0 omit 1 0 0 0\ng 1 a 0 1000000000\n", 3, 9,
     "child 1000000000"},
    {"NoSuchCondition", "p dag 1 1 1\nf 0 omit 1 0 0 0\ng 1 a 0 -2\n", 3, 9, "child -2"},
    {"HugeFaultId", "p dag 2 0 0\nf 1000000000 omit 1 0 0 0\n", 2, 3, "expected id 0"},
    {"GateIdSkips", "p dag 1 2 2\nf 0 omit 1 0 0 0\ng 5 a 0\n", 3, 3, "expected id 1"},
    {"FewerFaults", "p dag 2 1 2\nf 0 omit 1 0 0 0\ng 2 a 0\n", 3, 1,
     "found 1 faults, expected 2"},
    {"MoreFaults", "p dag 1 1 1\nf 0 omit 1 0 0 0\nf 1 omit 1 0 0 0\n", 3, 2,
     "more than the 1"},
    {"FewerGates", "p dag 1 2 1\nf 0 omit 1 0 0 0\ng 1 a 0\n", 4, 1,
     "found 1 gates, expected 2"},
    {"MoreGates", "p dag 1 1 1\nf 0 omit 1 0 0 0\ng 1 a 0\ng 2 a 0\n", 4, 2,
     "more than the 1"},
    {"CountsThatLie", "p dag 2000000000 2 1\nf 0 omit 1 0 0 0\n", 3, 1, "found 1 faults"},
    {"CountsTooLarge", "p dag 1 9999999999 1\n", 1, 9, "number of gates"},
    {"NumberTooLong", "p dag 1 1 99999999999999999999\n", 1, 11, "at most 18 digits"},
    {"RootBeyond", "p dag 1 1 7\nf 0 omit 1 0 0 0\ng 1 a 0\n", 4, 1, "root 7"},
    {"UnknownType", "p dag 1 1 1\nf 0 omit 1 0 0 0\ng 1 x 0\n", 3, 5,
     "expected a (and) or o"},
    {"WeightTooLarge", "p dag 1 0 0\nf 0 omit 9999999999 0 0 0\n", 2, 10, "the weight"},
    {"FaultCutOff", "p dag 1 0 0\nf 0 omit 1 0\n", 2, 13, "expected the fault's b"},
    {"BrokenEscape", "p dag 1 0 0\nf 0 omit 1 a%zz 0 0\n", 2, 12, "two hex digits"},
    {"OtherFormat", "c {\"format\":\"cutset-dag/2\"}\n", 1, 13,
     "expected \"cutset-dag/1\""},
    {"JsonCutOff", "{\"faults\":[[\"omit\",1,0,0,0]", 1, 28, "expected ',' or ']'"},
    {"JsonForward",
     "{\"faults\":[[\"omit\",1,0,0,0]],\n\"gates\":[[\"and\",0,1]],\"root\":1}", 2, 19,
     "child 1: expected a fault or gate below 1"},
    {"JsonGatesFirst", "{\"gates\":[]}", 1, 10, "\"gates\" before \"faults\""},
    {"JsonNoRoot", "{\"faults\":[[\"omit\",1,0,0,0]],\"gates\":[]}", 1, 41,
     "one is missing"},
    {"JsonType", "{\"faults\":[[\"omit\",1,0,0,0]],\"gates\":[[\"xor\",0,0]]}", 1, 40,
     "expected \"and\" or \"or\""},
    {"XmlNoTree", "<opsa-mef/>", 1, 1, "no define-fault-tree"},
    {"XmlBroken", "<opsa-mef>\n<define-fault-tree>", 2, 20, "not well-formed XML"},
    {"XmlDoctype", "<!DOCTYPE opsa-mef [<!ENTITY a \"b\">]><opsa-mef/>", 1, 20,
     "DOCTYPE"},
    {"XmlCycle",
     "<opsa-mef><define-fault-tree name=\"t\">\n"
     "<define-gate name=\"top\"><or><gate name=\"a\"/></or></define-gate>\n"
     "<define-gate name=\"a\"><and><gate name=\"b\"/><gate "
     "name=\"b\"/></and></define-gate>\n"
     "<define-gate name=\"b\"><and><gate name=\"a\"/><gate "
     "name=\"a\"/></and></define-gate>\n"
     "</define-fault-tree></opsa-mef>",
     4, 1, "gate \"b\" is part of a cycle"},
    {"XmlUndefined",
     "<opsa-mef><define-fault-tree name=\"t\">\n"
     "<define-gate name=\"top\"><or><gate name=\"a\"/></or></define-gate>\n"
     "</define-fault-tree></opsa-mef>",
     2, 1, "gate \"a\" is used but not defined"},
    {"XmlNot",
     "<opsa-mef><define-fault-tree name=\"t\">\n"
     "<define-gate name=\"top\">\n<not><basic-event name=\"a\"/></not></define-gate>\n"
     "</define-fault-tree></opsa-mef>",
     3, 1, "<not>"},
    {"XmlTwoTops",
     "<opsa-mef><define-fault-tree name=\"t\">\n"
     "<define-gate name=\"x\"><basic-event name=\"a\"/></define-gate>\n"
     "<define-gate name=\"y\"><basic-event name=\"a\"/></define-gate>\n"
     "</define-fault-tree></opsa-mef>",
     3, 1, "expected one top gate"},
};

class Hostile : public ::testing::TestWithParam<Refused> {};

TEST_P(Hostile, IsRefusedWhereItIsWrong) {
  const Result<FaultGraph> graph = parse_fault_graph(GetParam().input, "in");
  ASSERT_FALSE(graph.ok());
  EXPECT_EQ(graph.error().kind, ErrorKind::kBadInput);
  EXPECT_NE(graph.error().message.find(GetParam().says), std::string::npos)
      << graph.error().text();
  EXPECT_EQ(graph.error().line, GetParam().line) << graph.error().text();
  EXPECT_EQ(graph.error().column, GetParam().column) << graph.error().text();
}

INSTANTIATE_TEST_SUITE_P(Inputs, Hostile, ::testing::ValuesIn(kRefused),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Reader, DeepNestingIsRefusedNotFollowed) {
  std::string xml = "<opsa-mef><define-fault-tree name=\"t\"><define-gate name=\"g\">";
  for (int i = 0; i < 100'000; ++i) xml += "<or>";
  EXPECT_FALSE(parse_fault_graph(xml, "in").ok());
  EXPECT_FALSE(
      parse_fault_graph("{\"params\":" + std::string(1'000'000, '['), "in").ok());
}

TEST(Reader, AtLeastIsExpanded) {
  const char* xml =
      "<opsa-mef><define-fault-tree name=\"t\"><define-gate name=\"top\"><atleast "
      "min=\"3\">"
      "<basic-event name=\"a\"/><basic-event name=\"b\"/><basic-event name=\"c\"/>"
      "<basic-event name=\"d\"/><basic-event name=\"e\"/></atleast></define-gate>"
      "</define-fault-tree><model-data><define-basic-event name=\"a\"><float "
      "value=\"0.01\"/>"
      "</define-basic-event></model-data></opsa-mef>";
  const Result<FaultGraph> graph = parse_fault_graph(xml, "in");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  CutSearch search(*graph, {});
  const SetCount count = search.count();
  EXPECT_EQ(count.sets, 10u);
  ASSERT_EQ(count.by_size.size(), 4u);
  EXPECT_EQ(count.by_size[3], 10u);
  EXPECT_EQ(graph->faults[0].weight, 4605);
  EXPECT_EQ(graph->faults.describe(0), "event(a)");
}

/// What lineage writes is read here as it was meant, in both forms, names included.
TEST(Reader, ReadsWhatLineageWrites) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    std::mt19937_64 random(seed);
    testing::Shape shape;
    shape.conditions_percent = 20;
    const testing::SmallGraph small = testing::random_graph(random, shape);
    lineage::Dag dag;
    dag.family = "made \"up\"";
    dag.known = "{\"3\":4}";
    for (size_t i = 0; i < small.faults.size(); ++i) {
      static const char* const kNames[] = {"",  "-",           "a b", "007",
                                           "7", "caf\xc3\xa9", "%41"};
      dag.faults.push_back({small.faults[i].kind, small.faults[i].weight,
                            kNames[random() % std::size(kNames)],
                            kNames[random() % std::size(kNames)],
                            static_cast<int64_t>(random() % 100)});
    }
    for (const testing::SmallGate& gate : small.gates)
      dag.gates.push_back({gate.is_and, {gate.children.begin(), gate.children.end()}});
    dag.root = small.root;
    for (const std::string& form :
         {lineage::dag_to_text(dag), lineage::dag_to_json(dag)}) {
      const Result<FaultGraph> graph = parse_fault_graph(form, "in");
      ASSERT_TRUE(graph.ok()) << graph.error().text() << "\nseed " << seed << "\n"
                              << form;
      graph->dag.check_invariants();
      EXPECT_EQ(graph->family, dag.family);
      EXPECT_EQ(graph->known, dag.known);
      ASSERT_EQ(graph->faults.size(), dag.faults.size());
      for (FaultId fault = 0; fault < graph->faults.size(); ++fault) {
        const FaultTable::Description& read = graph->faults[fault];
        const lineage::DagFault& written = dag.faults[fault];
        EXPECT_EQ(graph->faults.kinds()[read.kind], written.kind);
        EXPECT_EQ(read.weight, written.weight);
        EXPECT_EQ(graph->faults.text(read.a), written.a) << form;
        EXPECT_EQ(graph->faults.text(read.b), written.b) << form;
        EXPECT_EQ(read.t, written.t);
      }
      CutSearch search(*graph, {});
      const auto all = [](testing::FaultBits) { return true; };
      EXPECT_EQ(search.count().sets, testing::minimal_cut_sets(small, all).size())
          << "seed " << seed << "\n"
          << form;
    }
  }
}

}  // namespace
}  // namespace cutset::solver
