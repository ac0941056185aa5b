// The search against an oracle that tries every order.
#include <functional>

#include "history/checkers/checkers.h"
#include "history/checkers/linear_search.h"
#include "history/checkers/value_zones.h"
#include "history/key_view.h"
#include "history_testing.h"
#include <gtest/gtest.h>

namespace cutset::history {
namespace {

/// Whether some order of these operations works; every one of them tried.
bool has_order(std::vector<const Operation*> left, const Value& value) {
  bool any_must = false;
  for (const Operation* operation : left) any_must = any_must || operation->ok();
  if (!any_must) return true;
  for (size_t i = 0; i < left.size(); ++i) {
    const Operation& next = *left[i];
    bool is_first = true;
    for (const Operation* other : left) is_first = is_first && !other->precedes(next);
    if (!is_first) continue;
    Value after = value;
    if (next.f == "read") {
      if (next.ok() && !(next.value == value)) continue;
    } else if (next.f == "cas") {
      if (!(next.argument.items[0] == value)) continue;
      after = next.argument.items[1];
    } else {
      after = next.f == "delete" ? Value::nothing() : next.argument;
    }
    std::vector<const Operation*> rest = left;
    rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
    if (has_order(rest, after)) return true;
  }
  return false;
}

bool oracle(const History& history) {
  for (const KeyView& view : by_key(history)) {
    std::vector<const Operation*> left;
    for (const Operation* operation : view.operations) {
      if (!operation->failed()) left.push_back(operation);
    }
    if (!has_order(left, Value::nothing())) return false;
  }
  return true;
}

History random_history(std::mt19937& random) {
  const auto below = [&](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  HistoryWriter writer;
  const int processes = 2 + below(3);
  const int values = 1 + below(3);
  const auto some = [&] {
    const int value = below(values + 1);
    return value == 0 ? Value::nothing() : Value::of_number(value);
  };
  int started = 0;
  const int most = 3 + below(5);
  std::map<int, bool> reads;
  for (int step = 0; step < 40; ++step) {
    const int process = below(processes);
    if (!writer.is_open(process)) {
      if (started == most) continue;
      ++started;
      const int kind = below(8);
      const std::string key = below(5) == 0 ? "b" : "a";
      reads[process] = kind < 4;
      if (kind < 4) {
        writer.invoke(process, "read", key, Value::nothing());
      } else if (kind < 6) {
        writer.invoke(process, "write", key, Value::of_number(1 + below(values)));
      } else if (kind == 6) {
        writer.invoke(process, "cas", key, Value::of_list({some(), some()}));
      } else {
        writer.invoke(process, "delete", key, Value::nothing());
      }
      continue;
    }
    const int how = below(10);
    const EventType type = how < 7   ? EventType::kOk
                           : how < 9 ? EventType::kInfo
                                     : EventType::kFail;
    if (type == EventType::kOk && reads[process]) {
      writer.complete(process, type, some());
    } else {
      writer.complete(process, type);
    }
  }
  return writer.take();
}

TEST(Linearizable, AgreesWithEveryOrderTried) {
  constexpr int kHistories = 60'000;
  int held = 0;
  int violated = 0;
  for (unsigned seed = 1; seed <= kHistories; ++seed) {
    std::mt19937 random(seed);
    const History history = random_history(random);
    const Judgement judgement = check_linearizable(history, {});
    const bool expected = oracle(history);
    if (judgement.verdict == Verdict::kVacuous) {
      EXPECT_TRUE(expected) << "seed " << seed;
      continue;
    }
    ASSERT_EQ(judgement.verdict, expected ? Verdict::kHeld : Verdict::kViolated)
        << "seed " << seed << ": " << judgement.explanation;
    ++(expected ? held : violated);
  }
  EXPECT_GT(held, kHistories / 10);
  EXPECT_GT(violated, kHistories / 10);
}

/// All writes differ; many at once.
History unique_writes(std::mt19937& random, int most) {
  const auto below = [&](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  HistoryWriter writer;
  std::map<int, bool> reads;
  int value = 0;
  int started = 0;
  const int processes = 2 + below(4);
  for (int step = 0; step < 6 * most; ++step) {
    const int process = below(processes);
    if (!writer.is_open(process)) {
      if (started++ >= most) continue;
      reads[process] = below(2) == 0;
      writer.invoke(process, reads[process] ? "read" : "write", "a",
                    reads[process] ? Value::nothing() : Value::of_number(++value));
      continue;
    }
    const int how = below(10);
    const bool is_ok = how < 8;
    // A read near the newest value has a chance to be right.
    const int back = below(4) == 0 ? below(4) : below(2);
    const Value seen =
        value - back <= 0 ? Value::nothing() : Value::of_number(value - back);
    if (is_ok && reads[process]) {
      writer.complete(process, EventType::kOk, seen);
    } else {
      writer.complete(process, is_ok ? EventType::kOk : EventType::kInfo);
    }
  }
  return writer.take();
}

TEST(Linearizable, ZonesAgreeWithTheSearch) {
  int held = 0;
  int violated = 0;
  for (unsigned seed = 1; seed <= 40'000; ++seed) {
    std::mt19937 random(seed);
    const bool is_small = seed % 2 == 0;
    const History history = unique_writes(random, is_small ? 6 : 14);
    for (const KeyView& view : by_key(history)) {
      const RegisterSteps steps = register_steps(view);
      if (steps.never_written != nullptr) continue;
      const auto zones = order_by_zones(steps);
      ASSERT_TRUE(zones.has_value());
      const LinearAnswer answer = search_linear_order(
          steps.steps, {}, std::chrono::steady_clock::time_point::max());
      ASSERT_EQ(zones->is_ordered(), answer.kind == LinearAnswer::Kind::kOrdered)
          << "seed " << seed;
      if (is_small) {
        ASSERT_EQ(zones->is_ordered(), oracle(history)) << "seed " << seed;
      }
      ++(zones->is_ordered() ? held : violated);
      if (zones->is_ordered() || zones->too_early != nullptr) continue;
      EXPECT_TRUE(zones->third->precedes(*zones->fourth)) << "seed " << seed;
      EXPECT_TRUE(zones->first == zones->fourth ||
                  zones->first->precedes(*zones->second));
    }
  }
  EXPECT_GT(held, 4000);
  EXPECT_GT(violated, 4000);
}

TEST(Linearizable, SaysWhereTheSearchStops) {
  HistoryWriter writer;
  writer.invoke(0, "write", "k", Value::of_number(1));
  writer.complete(0, EventType::kOk);
  writer.invoke(0, "cas", "k",
                Value::of_list({Value::of_number(1), Value::of_number(2)}));
  writer.complete(0, EventType::kOk);
  writer.invoke(1, "read", "k", Value::nothing());
  writer.complete(1, EventType::kOk, Value::of_number(1));
  const Judgement judgement = check_linearizable(writer.take(), {});
  EXPECT_EQ(judgement.explanation,
            "k: no order of its 3 operations explains what was seen; the orders that get "
            "farthest put 2 of 3 acknowledged ones in line and stop at read k -> 1 by "
            "process 1 (line 5, acknowledged at 0.000 s), when the value is 2");
}

TEST(Linearizable, SaysWhichOperationFitsNowhere) {
  const Judgement judgement = check_linearizable(
      history_of(
          R"({"process":0,"type":"invoke","f":"write","key":"k","value":"t-1"}
{"process":0,"type":"ok","f":"write"}
{"process":0,"type":"invoke","f":"write","key":"k","value":"t-2"}
{"process":0,"type":"ok","f":"write"}
{"process":1,"type":"invoke","f":"read","key":"k"}
{"process":1,"type":"ok","f":"read","value":"t-1"}
)"),
      {});
  EXPECT_EQ(judgement.verdict, Verdict::kViolated);
  EXPECT_EQ(
      judgement.explanation,
      "read k -> t-1 by process 1 (line 5, acknowledged) comes too late: write k = t-2 "
      "by process 0 (line 3, acknowledged) was over before, and write k = t-1 by "
      "process 0 (line 1, acknowledged) over before that");
  ASSERT_EQ(judgement.faults.size(), 1U);
  EXPECT_EQ(judgement.faults[0].token, "t-1");
  EXPECT_EQ(judgement.faults[0].line, 5);
}

/// Many writes at once and a read of something that cannot be: the search has to look at
/// every set of them.
History hard_history(int writers) {
  HistoryWriter writer;
  for (int i = 0; i < writers; ++i) writer.invoke(i, "write", "k", Value::of_number(i));
  for (int i = 0; i < writers; ++i) {
    writer.complete(i, EventType::kOk);
  }
  writer.invoke(0, "cas", "k",
                Value::of_list({Value::of_number(0), Value::of_number(0)}));
  writer.complete(0, EventType::kOk);
  writer.invoke(0, "read", "k", Value::nothing());
  writer.complete(0, EventType::kOk, Value::of_number(1));
  return writer.take();
}

TEST(Linearizable, BoundsMakeItUnknown) {
  SearchBounds bounds;
  bounds.most_states = 1000;
  const Judgement judgement = check_linearizable(hard_history(20), bounds);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  bounds = {};
  bounds.time = std::chrono::milliseconds(0);
  EXPECT_EQ(check_linearizable(hard_history(20), bounds).verdict, Verdict::kInconclusive);
  EXPECT_EQ(check_linearizable(hard_history(8), {}).verdict, Verdict::kViolated);
}

}  // namespace
}  // namespace cutset::history
