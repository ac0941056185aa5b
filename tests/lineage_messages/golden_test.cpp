// Recordings of redis (traces/messages): what is concluded from them stands beside them.
#include "messages_testing.h"
#include <gtest/gtest.h>

#include "lineage/messages/copies.h"
#include "lineage/messages/messages_json.h"
#include "report/messages_text.h"

namespace cutset::lineage::messages {

namespace {

TEST(RecordedMessages, GiveWhatStandsBesideThem) {
  for (const char* name :
       {"redis-plain", "redis-restart", "redis-failover", "redis-isolate"}) {
    const std::string path = recording(name, ".json");
    const auto execution = from_json(read_text(path), path);
    ASSERT_TRUE(execution.ok()) << execution.error().text();
    EXPECT_EQ(report::messages_text(report::analyze_messages(*execution)),
              read_text(recording(name, ".txt")))
        << name;
    // Written again, it is the same.
    const auto again = from_json(to_json(*execution), "again");
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_TRUE(*again == *execution) << name;
  }
}

TEST(RecordedMessages, TheLinksToTheReplicasAreTheirSupports) {
  const std::string path = recording("redis-plain", ".json");
  const auto execution = from_json(read_text(path), path);
  ASSERT_TRUE(execution.ok());
  const auto lineages = find_copies(*execution);
  ASSERT_EQ(lineages.size(), 15u);
  for (const auto& [token, lineage] : lineages) {
    ASSERT_EQ(lineage.supports.size(), 3u) << token;
    EXPECT_EQ(lineage.supports[1].links, (std::vector<Link>{{kOutside, 0}, {0, 1}}));
    EXPECT_EQ(lineage.supports[2].links, (std::vector<Link>{{kOutside, 0}, {0, 2}}));
  }
}

}  // namespace
}  // namespace cutset::lineage::messages
