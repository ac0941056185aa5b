#include "dedalus/evaluation/values.h"

#include <limits>

#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

TEST(ValueTable, EqualValuesAreEqualWords) {
  ValueTable values;
  const std::vector<int64_t> numbers{0,
                                     -1,
                                     1,
                                     (1LL << 30) - 1,
                                     1LL << 30,
                                     -(1LL << 30),
                                     -(1LL << 30) - 1,
                                     std::numeric_limits<int64_t>::max(),
                                     std::numeric_limits<int64_t>::min()};
  for (const int64_t number : numbers) {
    const Value value = values.number(number);
    ASSERT_TRUE(values.is_number(value)) << number;
    EXPECT_EQ(values.as_number(value), number);
    EXPECT_EQ(values.number(number), value);
    EXPECT_EQ(values.show(value), std::to_string(number));
  }
  const Value seven = values.text("7");
  EXPECT_NE(seven, values.number(7)) << "a text of digits is no number";
  EXPECT_FALSE(values.is_number(seven));
  EXPECT_EQ(values.text("7"), seven);
  EXPECT_EQ(values.text(""), values.text(""));
}

TEST(ValueTable, NumbersByPlaceAreNoTexts) {
  ValueTable values;
  EXPECT_EQ(values.text("a"), ValueTable::text_value(0));
  EXPECT_EQ(values.text("b"), ValueTable::text_value(1));
  EXPECT_EQ(ValueTable::text_index(values.text("b")), 1U);
  for (const int64_t number : {0, 1, -(1 << 30)}) {
    EXPECT_GT(ValueTable::text_index(values.number(number)), 1U);
  }
}

TEST(ValueTable, OrdersNumbersBySizeAndTextsByBytes) {
  ValueTable values;
  EXPECT_TRUE(values.less(values.number(-5), values.number(1LL << 40)));
  EXPECT_TRUE(values.less(values.number(9), values.number(10)));
  EXPECT_TRUE(values.less(values.text("10"), values.text("9")));
  EXPECT_FALSE(values.less(values.text("b"), values.text("b")));
}

}  // namespace
}  // namespace cutset::dedalus
