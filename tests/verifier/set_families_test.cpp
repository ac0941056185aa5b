// Families of minimal sets against lists of sets.
#include "verifier/set_families.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace cutset::verifier {
namespace {

using Set = std::set<uint32_t>;
using Sets = std::set<Set>;

bool contains(const Set& set, const Set& part) {
  return std::includes(set.begin(), set.end(), part.begin(), part.end());
}

Sets minimal(const Sets& sets, size_t largest) {
  Sets result;
  for (const Set& set : sets) {
    const bool has_part = std::any_of(sets.begin(), sets.end(), [&set](const Set& part) {
      return part != set && contains(set, part);
    });
    if (!has_part && set.size() <= largest) result.insert(set);
  }
  return result;
}

Sets sets_of(const SetFamilies& families, SetFamilies::Family family) {
  Sets result;
  families.for_each(family, [&result](std::span<const uint32_t> set) {
    EXPECT_TRUE(std::is_sorted(set.begin(), set.end()));
    EXPECT_TRUE(result.insert(Set(set.begin(), set.end())).second);
    return true;
  });
  return result;
}

TEST(SetFamilies, AreThoseOfListsOfSets) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const auto largest = static_cast<uint32_t>(1 + random() % 5);
    SetFamilies families(largest, size_t{1} << 16, {});
    std::vector<SetFamilies::Family> known;
    std::vector<Sets> expected;
    for (uint32_t element = 0; element < 8; ++element) {
      known.push_back(families.single(element));
      expected.push_back({{element}});
    }
    for (int step = 0; step < 24; ++step) {
      const size_t a = random() % known.size();
      const size_t b = random() % known.size();
      Sets sets;
      if (random() % 2 == 0) {
        known.push_back(families.unite(known[a], known[b]));
        sets = expected[a];
        sets.insert(expected[b].begin(), expected[b].end());
      } else {
        known.push_back(families.product(known[a], known[b]));
        for (const Set& one : expected[a]) {
          for (const Set& other : expected[b]) {
            Set both = one;
            both.insert(other.begin(), other.end());
            sets.insert(both);
          }
        }
      }
      expected.push_back(minimal(sets, largest));
      ASSERT_EQ(sets_of(families, known.back()), expected.back())
          << "round " << round << " step " << step;
    }
    EXPECT_FALSE(families.gave_up());
  }
}

TEST(SetFamilies, GiveUpBeyondTheirNodes) {
  const auto all_pairs = [](SetFamilies& families) {
    SetFamilies::Family family = SetFamilies::kEmptySet;
    for (uint32_t element = 0; element < 60; element += 2) {
      family = families.product(
          families.unite(families.single(element), families.single(element + 1)), family);
    }
    return family;
  };
  SetFamilies enough(UINT32_MAX, 1000, {});
  EXPECT_NE(all_pairs(enough), SetFamilies::kNone);
  EXPECT_FALSE(enough.gave_up());
  SetFamilies small(UINT32_MAX, 50, {});
  EXPECT_EQ(all_pairs(small), SetFamilies::kNone);
  EXPECT_TRUE(small.gave_up());
}

}  // namespace
}  // namespace cutset::verifier
