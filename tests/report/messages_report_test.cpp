// What is shown of a recording of messages: the page, the write that is told in full, and
// hostile names. The text of each recording stands beside it (tests/lineage_messages).
#include "recordings.h"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/messages_analysis.h"
#include "report/messages_html.h"
#include "report/messages_json.h"
#include "report/messages_text.h"

namespace cutset::testing {
namespace {

using lineage::messages::MessageExecution;
using lineage::messages::RunSketch;

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(MessagesReport, ThePageLoadsNothingAndIsBalanced) {
  for (const char* name :
       {"redis-plain", "redis-restart", "redis-failover", "redis-isolate"}) {
    const MessageExecution execution = recording(name);
    const RunSketch sketch = sketch_of_recording(execution);
    const std::string page = report::messages_html(report::analyze_messages(execution),
                                                   name, sketch, &sketch.writes.front());
    EXPECT_EQ(count(page, "<script"), 0U);
    EXPECT_EQ(count(page, "http"), 1U);  // http-equiv
    for (const std::string tag : {"table", "section", "div", "svg", "tr", "td", "g"}) {
      EXPECT_EQ(count(page, "<" + tag + ">") + count(page, "<" + tag + " "),
                count(page, "</" + tag + ">"))
          << name << " " << tag;
    }
  }
}

TEST(MessagesReport, LinksCountEveryMessageOnce) {
  const MessageExecution execution = recording("redis-isolate");
  const report::MessagesAnalysis analysis = report::analyze_messages(execution);
  uint64_t messages = 0;
  uint64_t arrived = 0;
  for (const report::LinkMessages& link : analysis.links) {
    messages += link.messages;
    arrived += link.arrived;
    uint64_t of_classes = 0;
    for (const auto& [content, number] : link.classes) of_classes += number;
    EXPECT_EQ(of_classes, link.messages);
  }
  EXPECT_EQ(messages, execution.messages.size());
  EXPECT_EQ(arrived + analysis.undelivered, execution.messages.size());
  EXPECT_EQ(analysis.lost, 8U);
  EXPECT_EQ(analysis.acknowledged, 31U);
}

TEST(MessagesReport, SaysHowSurelyOneMessageOfASupportFollowedTheOther) {
  const MessageExecution execution = recording("redis-plain");
  const report::MessagesAnalysis analysis = report::analyze_messages(execution);
  ASSERT_EQ(analysis.writes.size(), 1U);
  const auto& supports = analysis.writes[0].supports;
  ASSERT_EQ(supports.size(), 3U);
  ASSERT_EQ(supports[1].size(), 2U);
  // Client to a, then a to b: that a passed on what it had received is assumed.
  EXPECT_EQ(report::proof_name(supports[1][1].after), "assumed");
}

TEST(MessagesReport, TellsOneWriteInOrderOfTime) {
  const RunSketch sketch = sketch_recording("redis-restart");
  EXPECT_EQ(report::write_text(sketch, sketch.writes.front()),
            R"(write cst-00001, time from the first fault
  -0.157 s  clients write cst-00001
  -0.157 s  clients -> a SET
  -0.157 s  a -> c SET
  -0.157 s  a -> b SET
  -0.157 s  the write is acknowledged
  +0.000 s  fault: crash of redis
  +0.000 s  the copy on a is lost with the node
  +0.002 s  a is started again
  +0.767 s  a -> b RDB: replaces the receiver's state without it
  +0.767 s  the copy on b is replaced by what a has
  +0.771 s  a -> c RDB: replaces the receiver's state without it
  +0.771 s  fatal: the last copy, on c, is replaced by what a has
)");
}

TEST(MessagesReport, HostileNamesStayText) {
  MessageExecution execution = recording("redis-restart");
  const std::string hostile = "<b onclick=x>\"'&\x1b[31m\xff\n";
  for (auto& node : execution.nodes) node.name = hostile;
  for (auto& event : execution.life) event.process = hostile;
  for (auto& message : execution.messages) {
    if (!message.label.empty() && message.label != "RDB") message.label = hostile;
  }
  const report::MessagesAnalysis analysis = report::analyze_messages(execution);
  const RunSketch sketch = sketch_of_recording(execution);
  const std::string page =
      report::messages_html(analysis, hostile, sketch, &sketch.writes.front());
  EXPECT_EQ(page.find("<b onclick"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(report::messages_text(analysis).find('\x1b'), std::string::npos);
  EXPECT_EQ(report::write_text(sketch, sketch.writes.front()).find('\x1b'),
            std::string::npos);
  EXPECT_TRUE(nlohmann::json::accept(
      report::messages_json(analysis, sketch, &sketch.writes.front())));
}

}  // namespace
}  // namespace cutset::testing
