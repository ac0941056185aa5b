#include <random>

#include "messages_testing.h"
#include <gtest/gtest.h>

#include "lineage/messages/copies.h"
#include "lineage/messages/messages_json.h"

namespace cutset::lineage::messages {

namespace {

TEST(MessagesJson, SaysWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "parse error"},
      {"{}", "\"cutset-messages/1\" is expected"},
      {R"({"format":"cutset-messages/2"})", "cutset-messages/2"},
      {R"({"format":"cutset-messages/1"})", "begin_ns"},
      {R"({"format":"cutset-messages/1","begin_ns":1,"end":"x"})", "end: a whole number"},
      {R"({"format":"cutset-messages/1","begin_ns":1,"end":2,"nodes":[{"name":3}]})",
       "nodes[0].name: a text"},
      {R"({"format":"cutset-messages/1","begin_ns":1,"end":2,"messages":[[0,1,0,9,0,null,"","",[]]]})",
       "no such connection"},
      {R"({"format":"cutset-messages/1","begin_ns":1,"end":2,"messages":[[0,1]]})",
       "messages[0].row"},
      {std::string(100, '['), "nested deeper"},
  };
  for (const auto& [text, expected] : cases) {
    const auto read = from_json(text, "file.json");
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_NE(read.error().text().find(expected), std::string::npos)
        << read.error().text();
    EXPECT_NE(read.error().text().find("file.json"), std::string::npos);
  }
}

TEST(MessagesJson, WhateverComesIsReadOrRefused) {
  const std::string good = read_text(recording("redis-restart", ".json"));
  ASSERT_FALSE(good.empty());
  size_t read = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    std::string text = good;
    for (int i = 0; i < 3; ++i)
      text[random() % text.size()] = "0-9,[]{}\"x"[random() % 10];
    const auto execution = from_json(text, "file");
    if (!execution.ok()) continue;
    ++read;
    EXPECT_TRUE(execution->check_invariants().ok());
    find_copies(*execution);
  }
  EXPECT_GT(read, 0u);
}

}  // namespace
}  // namespace cutset::lineage::messages
