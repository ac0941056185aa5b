#include "dedalus/evaluation/aggregation.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::dedalus {
namespace {

int64_t wrapping_sum(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) + static_cast<uint64_t>(right));
}

/// Of numbers; texts by their bytes.
Value extreme(std::span<const TupleId> group, uint32_t column, bool largest,
              const WordTable& tuples, const ValueTable& values) {
  Value best = tuples.words(group.front())[column];
  for (const TupleId tuple : group) {
    const Value value = tuples.words(tuple)[column];
    if (largest ? values.less(best, value) : values.less(value, best)) best = value;
  }
  return best;
}

Value aggregate_value(const CompiledAggregation::Column& column,
                      std::span<const TupleId> group, const WordTable& tuples,
                      ValueTable& values) {
  const auto count = static_cast<int64_t>(group.size());
  switch (column.aggregate) {
    case Aggregate::kNone:
      return tuples.words(group.front())[column.column];
    case Aggregate::kCount:
      return values.number(count);
    case Aggregate::kMax:
    case Aggregate::kMin:
      return extreme(group, column.column, column.aggregate == Aggregate::kMax, tuples,
                     values);
    case Aggregate::kSum:
    case Aggregate::kAvg:
      break;
  }
  int64_t sum = 0;
  for (const TupleId tuple : group) {
    const Value value = tuples.words(tuple)[column.column];
    CHECK(values.is_number(value));
    sum = wrapping_sum(sum, values.as_number(value));
  }
  return values.number(column.aggregate == Aggregate::kSum ? sum : sum / count);
}

}  // namespace

void for_each_group(const CompiledAggregation& aggregation,
                    std::vector<TupleId>& contributions, const WordTable& tuples,
                    const std::function<bool(std::span<const TupleId>)>& see) {
  const auto group_less = [&](TupleId left, TupleId right) {
    const auto a = tuples.words(left).first(aggregation.group_columns);
    const auto b = tuples.words(right).first(aggregation.group_columns);
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  };
  std::sort(contributions.begin(), contributions.end(), [&](TupleId left, TupleId right) {
    if (group_less(left, right)) return true;
    return !group_less(right, left) && left < right;
  });
  for (auto begin = contributions.begin(); begin != contributions.end();) {
    auto end = begin + 1;
    while (end != contributions.end() && !group_less(*begin, *end)) ++end;
    if (!see({&*begin, static_cast<size_t>(end - begin)})) return;
    begin = end;
  }
}

void aggregate_group(const CompiledAggregation& aggregation,
                     std::span<const TupleId> group, const WordTable& tuples,
                     ValueTable& values, std::vector<Value>& head) {
  head.clear();
  for (const CompiledAggregation::Column& column : aggregation.columns) {
    head.push_back(aggregate_value(column, group, tuples, values));
  }
}

}  // namespace cutset::dedalus
