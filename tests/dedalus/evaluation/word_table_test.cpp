#include "dedalus/evaluation/word_table.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

/// Against std::map, over sequences that often repeat.
TEST(WordTable, GivesEqualSequencesOneId) {
  std::mt19937 random(11);
  WordTable table;
  std::map<std::pair<uint32_t, std::vector<uint32_t>>, uint32_t> reference;
  for (int i = 0; i < 20'000; ++i) {
    const uint32_t label = random() % 3;
    std::vector<uint32_t> words(random() % 4);
    for (uint32_t& word : words) word = random() % 12;
    const auto known = reference.find({label, words});
    EXPECT_EQ(table.find(label, words),
              known == reference.end() ? WordTable::kNone : known->second);
    const uint32_t id = table.intern(label, words);
    if (known == reference.end()) {
      EXPECT_EQ(id, reference.size());
      reference[{label, words}] = id;
    } else {
      EXPECT_EQ(id, known->second);
    }
    EXPECT_EQ(table.label(id), label);
    EXPECT_TRUE(std::ranges::equal(table.words(id), words));
  }
  EXPECT_EQ(table.size(), reference.size());
}

}  // namespace
}  // namespace cutset::dedalus
