#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "made_application.h"
#include "made_execution.h"
#include "verifier/evaluator.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lineage/class_export.h"
#include "lineage/graph_evaluator.h"

namespace cutset::lineage {
namespace {

using Json = nlohmann::json;

RequestClass class_of(const std::vector<Execution>& executions) {
  RequestClasses classes;
  for (const Execution& execution : executions) classes.add(execution);
  return std::move(classes.classes().classes.front());
}

/// A random application, with and without failures.
RequestClass random_class(std::mt19937_64& random) {
  const MadeApplication application(random);
  std::vector<Execution> runs{application.run("clean", {})};
  const Execution clean = runs.front();
  for (int run = 0; run < 8; ++run) {
    std::set<std::string> failing;
    for (const Call& call : clean.calls) {
      if (random() % 4 == 0) failing.insert(call.id.text());
    }
    runs.push_back(application.run(std::to_string(run), failing));
  }
  return class_of(runs);
}

TEST(GraphExport, TheDagMeansWhatTheGraphMeans) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const RequestClass one = random_class(random);
    const ClassGraph graph = class_graph(one.identities);
    const Dag dag = dag_of(one, graph);
    ASSERT_EQ(dag.faults.size(), graph.events.size());
    const Result<verifier::Graph> read = verifier::parse_graph(dag_to_text(dag), "x");
    ASSERT_TRUE(read.ok());
    GraphEvaluator before(graph.graph, graph.root);
    verifier::Evaluator after(*read);
    std::vector<bool> failed(graph.events.size(), false);
    for (int step = 0; step < 40 && !failed.empty(); ++step) {
      const size_t event = random() % failed.size();
      failed[event] = !failed[event];
      before.set_failed(graph.events[event], failed[event]);
      after.set_active(static_cast<uint32_t>(event), failed[event]);
      ASSERT_EQ(before.holds(), after.root_holds());
    }
  }
}

/// What PROV says, evaluated: an entity holds if an activity that generated it does, an
/// activity if all that it used does.
bool prov_holds(const Json& prov, const std::string& entity,
                const std::set<std::string>& failing) {
  const Json& what = prov["entity"][entity];
  const bool condition = what.value("cutset:condition", false);
  std::string answer = entity;
  if (condition) answer.replace(answer.find("failure"), 7, "answer");
  if (condition) return !prov_holds(prov, answer, failing);
  if (what.contains("cutset:call") && failing.count(what["cutset:call"]) > 0)
    return false;
  for (const auto& [id, generated] : prov["wasGeneratedBy"].items()) {
    if (generated["prov:entity"] != entity) continue;
    bool all = true;
    if (prov.contains("used")) {
      for (const auto& [use_id, use] : prov["used"].items()) {
        if (use["prov:activity"] == generated["prov:activity"])
          all = all && prov_holds(prov, use["prov:entity"], failing);
      }
    }
    if (all) return true;
  }
  return false;
}

TEST(GraphExport, ProvMeansWhatTheGraphMeans) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const RequestClass one = random_class(random);
    const ClassGraph graph = class_graph(one.identities);
    const Json prov = Json::parse(prov_json_of(one, graph));
    GraphEvaluator evaluator(graph.graph, graph.root);
    for (const auto& [id, agent] : prov["wasAssociatedWith"].items())
      ASSERT_TRUE(prov["agent"].contains(agent["prov:agent"].get<std::string>()));
    std::set<std::string> failing;
    for (const uint32_t event : graph.events) {
      ASSERT_EQ(prov_holds(prov, "cutset:answer0", failing), evaluator.holds());
      failing.insert(one.identities.id(event));
      evaluator.set_failed(event, true);
      if (random() % 2 == 0) continue;
      failing.erase(one.identities.id(event));
      evaluator.set_failed(event, false);
    }
  }
}

TEST(GraphExport, PlainJsonHasTheGraph) {
  const std::string a = "a:GET /#1";
  const RequestClass one =
      class_of({made_execution("1", {a, a + " > b:GET /#1"}),
                made_execution("2", {a, a + " > b:GET /#1 !", a + " > c:GET /#1"})});
  const ClassGraph graph = class_graph(one.identities);
  const Json json = Json::parse(graph_json_of(one, graph));
  EXPECT_EQ(json["class"], "a GET /");
  EXPECT_EQ(json["calls"].size(), 3U);
  EXPECT_EQ(json["nodes"].size(), graph.graph.cone(graph.root).size());
  EXPECT_EQ(json["root"], graph.root);
}

TEST(GraphExport, DotIsReadableAndHostileNamesStayInside) {
  Execution execution = made_execution("1", {"a:GET /#1", "a:GET /#1 > b:GET /#1"});
  execution.calls[0].id.points[0].callee = "x\"]; evil [\n\x1b\xff";
  execution.calls[1].id.points[0].callee = execution.calls[0].id.points[0].callee;
  execution.calls[1].id.points[1].signature = "\\\"}";
  const RequestClass one = class_of({execution});
  const ClassGraph graph = class_graph(one.identities);
  const std::string dot = dot_of(one, graph, {1});
  EXPECT_NE(dot.find("single point of failure"), std::string::npos);
  for (const char byte : dot) {
    ASSERT_TRUE(byte == '\n' || (byte >= ' ' && byte < 0x7f));
  }
  // Every line has an even number of quotes that are not escaped.
  bool in_string = false;
  for (size_t i = 0; i < dot.size(); ++i) {
    if (in_string && dot[i] == '\\') {
      ++i;
    } else if (dot[i] == '"') {
      in_string = !in_string;
    } else if (dot[i] == '\n') {
      ASSERT_FALSE(in_string);
    }
  }
  EXPECT_TRUE(Json::accept(graph_json_of(one, graph)));
  EXPECT_TRUE(Json::accept(prov_json_of(one, graph)));
  EXPECT_TRUE(verifier::parse_graph(dag_to_json(dag_of(one, graph)), "x").ok());
}

}  // namespace
}  // namespace cutset::lineage
