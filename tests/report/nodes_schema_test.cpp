// The JSON of a campaign on nodes, and of a recording of messages, is what its schema
// says, and the schema would notice otherwise.
#include "recordings.h"
#include "schema_testing.h"
#include "searched_systems.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/messages_analysis.h"
#include "report/messages_json.h"
#include "report/nodes_json.h"

namespace cutset::testing {
namespace {

using nlohmann::json;

class NodesSchema : public OneSchema {
 protected:
  NodesSchema() : OneSchema("cutset-nodes-report.schema.json") {}
};

class MessagesSchema : public OneSchema {
 protected:
  MessagesSchema() : OneSchema("cutset-messages-analysis.schema.json") {}

  static json analysed(const std::string& name, bool with_write) {
    const auto execution = recording(name);
    const auto sketch = sketch_of_recording(execution);
    return json::parse(report::messages_json(
        report::analyze_messages(execution), sketch,
        with_write && !sketch.writes.empty() ? &sketch.writes.front() : nullptr));
  }
};

TEST_F(NodesSchema, EveryCampaignFits) {
  EXPECT_EQ(problem_of(json::parse(report::nodes_json(store()))), "");
  EXPECT_EQ(problem_of(json::parse(
                report::nodes_json(search(SystemTraits::majority(), "votes")))),
            "");
  campaign::nodes::NodeSummary begun;
  begun.strategy = "supports";
  EXPECT_EQ(problem_of(json::parse(report::nodes_json(begun))), "");
}

TEST_F(NodesSchema, EveryMissingOrUnknownKeyAndWrongTypeIsNoticed) {
  json good = json::parse(report::nodes_json(store()));
  good["roles"]["members"] = json::object();  // roles have any names
  ASSERT_GT(good.flatten().size(), 500U);
  expect_strict(good);
}

TEST_F(MessagesSchema, EveryRecordingFits) {
  for (const char* name :
       {"redis-plain", "redis-restart", "redis-failover", "redis-isolate"}) {
    EXPECT_EQ(problem_of(analysed(name, false)), "") << name;
    EXPECT_EQ(problem_of(analysed(name, true)), "") << name;
  }
  const lineage::messages::MessageExecution empty;
  EXPECT_EQ(problem_of(json::parse(
                report::messages_json(report::analyze_messages(empty), {}, nullptr))),
            "");
}

TEST_F(MessagesSchema, EveryMissingOrUnknownKeyAndWrongTypeIsNoticed) {
  const json good = analysed("redis-restart", true);
  ASSERT_FALSE(good["write"]["copies"].empty());
  ASSERT_FALSE(good["life"].empty());
  expect_strict(good, {"/write"});
  expect_strict(analysed("redis-isolate", false));
}

}  // namespace
}  // namespace cutset::testing
