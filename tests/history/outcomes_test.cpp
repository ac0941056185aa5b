// The other checkers against naive oracles, and what they say.
#include <algorithm>
#include <set>

#include "history/checkers/checkers.h"
#include "history/key_view.h"
#include "history_testing.h"
#include <gtest/gtest.h>

namespace cutset::history {
namespace {

using std::chrono::nanoseconds;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  EventType ending() {
    const int how = below(10);
    return how < 6 ? EventType::kOk : how < 8 ? EventType::kInfo : EventType::kFail;
  }

 private:
  std::mt19937 engine_;
};

/// Random writes and deletes of one key, then one final read.
History written_register(Random& random) {
  HistoryWriter writer;
  const int most = 1 + random.below(5);
  int started = 0;
  for (int step = 0; step < 30; ++step) {
    const int process = random.below(3);
    if (writer.is_open(process)) {
      writer.complete(process, random.ending());
    } else if (started < most) {
      ++started;
      const bool erases = random.below(5) == 0;
      writer.invoke(process, erases ? "delete" : "write", "k",
                    erases ? Value::nothing() : Value::of_number(1 + random.below(3)));
    }
  }
  writer.invoke(9, "read", "k", Value::nothing(), "final");
  const int value = random.below(4);
  writer.complete(9, EventType::kOk,
                  value == 0 ? Value::nothing() : Value::of_number(value));
  return writer.take();
}

/// Whether some order of the writes, with any of those that are info, ends with `value`.
bool can_end_with(std::vector<const Operation*> left, const Value& now,
                  const Value& value) {
  const bool done =
      std::none_of(left.begin(), left.end(),
                   [](const Operation* operation) { return operation->ok(); });
  if (done && now == value) return true;
  for (size_t i = 0; i < left.size(); ++i) {
    const bool is_first =
        std::none_of(left.begin(), left.end(),
                     [&](const Operation* other) { return other->precedes(*left[i]); });
    if (!is_first) continue;
    const Value after = left[i]->f == "delete" ? Value::nothing() : left[i]->argument;
    std::vector<const Operation*> rest = left;
    rest.erase(rest.begin() + static_cast<ptrdiff_t>(i));
    if (can_end_with(rest, after, value)) return true;
  }
  return false;
}

TEST(AcknowledgedWrites, RegistersAgreeWithEveryOrderTried) {
  int held = 0;
  int violated = 0;
  for (unsigned seed = 1; seed <= 30'000; ++seed) {
    Random random(seed);
    const History history = written_register(random);
    std::vector<const Operation*> writes;
    Value value;
    bool is_known = false;
    bool any_ok = false;
    for (const Operation& operation : history.operations) {
      if (operation.f == "read") value = operation.value;
    }
    for (const Operation& operation : history.operations) {
      if (operation.f == "read" || operation.failed()) continue;
      writes.push_back(&operation);
      any_ok = any_ok || operation.ok();
      is_known = is_known || operation.argument == value;
    }
    const Judgement judgement = check_acknowledged_writes(history);
    if (!any_ok) {
      ASSERT_EQ(judgement.verdict, Verdict::kVacuous) << "seed " << seed;
      continue;
    }
    // What nobody wrote is odd and no loss.
    const bool expected = (!value.is_nothing() && !is_known) ||
                          can_end_with(writes, Value::nothing(), value);
    ASSERT_EQ(judgement.verdict, expected ? Verdict::kHeld : Verdict::kViolated)
        << "seed " << seed << ": " << judgement.explanation;
    ++(expected ? held : violated);
  }
  EXPECT_GT(held, 3000);
  EXPECT_GT(violated, 1000);
}

TEST(AcknowledgedWrites, SetsAgreeWithANaiveOracle) {
  int violated = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    HistoryWriter writer;
    std::set<int> acknowledged;
    int next = 0;
    std::map<int, int> adding;
    for (int step = 0; step < 20; ++step) {
      const int process = random.below(3);
      if (writer.is_open(process)) {
        const EventType type = random.ending();
        if (type == EventType::kOk) acknowledged.insert(adding[process]);
        writer.complete(process, type);
      } else {
        adding[process] = next;
        writer.invoke(process, "add", "s", Value::of_number(next++));
      }
    }
    Value list = Value::of_list({});
    std::set<int> lost = acknowledged;
    for (int i = 0; i < next; ++i) {
      if (random.below(8) == 0) continue;
      list.items.push_back(Value::of_number(i));
      lost.erase(i);
    }
    writer.invoke(9, "read", "s", Value::nothing(), "final");
    writer.complete(9, EventType::kOk, list);
    const Judgement judgement = check_acknowledged_writes(writer.take());
    if (acknowledged.empty()) {
      ASSERT_EQ(judgement.verdict, Verdict::kVacuous);
      continue;
    }
    std::set<int> told;
    for (const Fault& fault : judgement.faults) told.insert(std::stoi(fault.token));
    ASSERT_EQ(told, lost) << "seed " << seed << ": " << judgement.explanation;
    ASSERT_EQ(judgement.verdict, lost.empty() ? Verdict::kHeld : Verdict::kViolated);
    violated += lost.empty() ? 0 : 1;
  }
  EXPECT_GT(violated, 5000);
}

TEST(AcknowledgedWrites, SaysWhatIsLost) {
  const std::string writes =
      R"({"process":0,"type":"invoke","f":"write","key":"a","value":"t-1","token":"t-1","time":1000000}
{"process":0,"type":"ok","f":"write","time":2000000}
)";
  Judgement judgement = check_acknowledged_writes(history_of(
      writes +
      R"({"process":1,"type":"invoke","f":"read","key":"a","phase":"final","time":3000000}
{"process":1,"type":"ok","f":"read","value":null,"time":4000000}
)"));
  EXPECT_EQ(judgement.verdict, Verdict::kViolated);
  EXPECT_EQ(
      judgement.explanation,
      "1 of 1 acknowledged writes are lost: t-1; first: write a = t-1 by process 0 "
      "(line 1, acknowledged at 0.002 s) was acknowledged, and read a -> nothing by "
      "process 1 (line 3, acknowledged at 0.004 s) finds nothing");
  judgement = check_acknowledged_writes(history_of(
      writes +
      R"({"process":1,"type":"invoke","f":"read","key":"a","phase":"final","time":3000000}
{"process":1,"type":"info","f":"read","error":"time-out","time":4000000}
)"));
  EXPECT_EQ(judgement.verdict, Verdict::kDidNotRecover);
  EXPECT_EQ(check_acknowledged_writes(history_of(writes)).verdict,
            Verdict::kInconclusive);
  EXPECT_EQ(check_acknowledged_writes(history_of("")).verdict, Verdict::kVacuous);
}

/// Every read against every pair of writes.
bool is_stale_naively(const History& history, int64_t bound) {
  for (const Operation& read : history.operations) {
    if (read.f != "read" || !read.ok()) continue;
    bool is_known = read.value.is_nothing();
    for (const Operation& write : history.operations) {
      is_known = is_known || (write.f == "write" && !write.failed() &&
                              write.key == read.key && write.argument == read.value);
    }
    if (!is_known) continue;
    for (const Operation& newer : history.operations) {
      const bool is_due = newer.f == "write" && newer.ok() && newer.key == read.key &&
                          newer.completed < read.invoked &&
                          newer.completed_ns <= read.invoked_ns - bound;
      if (!is_due) continue;
      bool explained = false;
      for (const Operation& write : history.operations) {
        explained = explained ||
                    (write.f == "write" && !write.failed() && write.key == read.key &&
                     write.argument == read.value && !write.precedes(newer));
      }
      if (!explained) return true;
    }
  }
  return false;
}

TEST(Staleness, AgreesWithANaiveOracle) {
  int violated = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    HistoryWriter writer;
    std::set<int> reading;
    for (int step = 0; step < 24; ++step) {
      const int process = random.below(3);
      writer.wait(random.below(10));
      const std::string key = random.below(4) == 0 ? "b" : "a";
      if (!writer.is_open(process)) {
        if (random.below(2) == 0) {
          reading.insert(process);
          writer.invoke(process, "read", key, Value::nothing());
        } else {
          writer.invoke(process, "write", key, Value::of_number(step / 3));
        }
        continue;
      }
      const EventType type = random.ending();
      const int value = random.below(9);
      if (reading.erase(process) > 0 && type == EventType::kOk) {
        writer.complete(process, type,
                        value == 8 ? Value::nothing() : Value::of_number(value));
      } else {
        writer.complete(process, type);
      }
    }
    const History history = writer.take();
    const Judgement judgement = check_staleness(history, nanoseconds(20));
    if (judgement.verdict == Verdict::kVacuous) continue;
    const bool stale = is_stale_naively(history, 20);
    ASSERT_EQ(judgement.verdict, stale ? Verdict::kViolated : Verdict::kHeld)
        << "seed " << seed << ": " << judgement.explanation;
    violated += stale ? 1 : 0;
  }
  EXPECT_GT(violated, 2000);
}

/// Every moment, who holds for certain?
bool overlaps_naively(const History& history) {
  Moment last = 0;
  for (const Operation& operation : history.operations) {
    last = std::max(last, operation.invoked);
    if (operation.completed != kNever) last = std::max(last, operation.completed);
  }
  for (Moment moment = 1; moment <= last; ++moment) {
    std::set<int64_t> holders;
    std::map<int64_t, bool> holds;
    for (const Operation& operation : history.operations) {
      // Whoever asks again without a release may have lost it before.
      if (operation.f == "acquire" && operation.ok() && operation.invoked <= moment) {
        holds[operation.process] = operation.completed <= moment;
      }
      if (operation.f == "release" && operation.invoked <= moment) {
        holds[operation.process] = false;
      }
    }
    for (const auto& [process, is_held] : holds) {
      if (is_held) holders.insert(process);
    }
    if (holders.size() > 1) return true;
  }
  return false;
}

TEST(MutualExclusion, AgreesWithANaiveOracle) {
  int violated = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    HistoryWriter writer;
    for (int step = 0; step < 16; ++step) {
      const int process = random.below(3);
      if (writer.is_open(process)) {
        writer.complete(process, random.ending());
      } else {
        writer.invoke(process, random.below(2) == 0 ? "acquire" : "release", "",
                      Value::nothing());
      }
    }
    const History history = writer.take();
    const Judgement judgement = check_mutual_exclusion(history, nanoseconds(0));
    if (judgement.verdict == Verdict::kVacuous) continue;
    const bool overlap = overlaps_naively(history);
    ASSERT_EQ(judgement.verdict, overlap ? Verdict::kViolated : Verdict::kHeld)
        << "seed " << seed << ": " << judgement.explanation;
    violated += overlap ? 1 : 0;
  }
  EXPECT_GT(violated, 2000);
}

TEST(MutualExclusion, ALeaseEndsAHold) {
  HistoryWriter writer;
  writer.invoke(0, "acquire", "l", Value::nothing());
  writer.complete(0, EventType::kOk);
  writer.wait(100);
  writer.invoke(1, "acquire", "l", Value::nothing());
  writer.complete(1, EventType::kOk);
  const History history = writer.take();
  EXPECT_EQ(check_mutual_exclusion(history, nanoseconds(0)).verdict, Verdict::kViolated);
  EXPECT_EQ(check_mutual_exclusion(history, nanoseconds(50)).verdict, Verdict::kHeld);
  EXPECT_EQ(check_mutual_exclusion(history, nanoseconds(500)).verdict,
            Verdict::kViolated);
}

TEST(Queue, AgreesWithANaiveOracle) {
  int lost = 0;
  int twice = 0;
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    HistoryWriter writer;
    std::set<int> acknowledged;
    std::set<int> failed;
    std::multiset<int> taken;
    int unknown = 0;
    const int messages = 1 + random.below(6);
    for (int i = 0; i < messages; ++i) {
      const EventType type = random.ending();
      writer.invoke(0, "enqueue", "q", Value::of_number(i));
      writer.complete(0, type);
      if (type == EventType::kOk) acknowledged.insert(i);
      if (type == EventType::kFail) failed.insert(i);
    }
    for (int i = random.below(8); i > 0; --i) {
      writer.invoke(1, "dequeue", "q", Value::nothing());
      const int what = random.below(messages + 1);
      if (random.below(8) == 0) {
        ++unknown;
        writer.complete(1, EventType::kInfo);
      } else {
        taken.insert(what);
        writer.complete(1, EventType::kOk, Value::of_number(what));
      }
    }
    const bool drained = random.below(4) > 0;
    if (drained) {
      writer.invoke(1, "dequeue", "q", Value::nothing());
      writer.complete(1, EventType::kOk, Value::nothing());
    }
    const QueueRules rules{random.below(2) == 0};
    const Judgement judgement = check_queue(writer.take(), rules);
    if (acknowledged.empty() && taken.empty()) {
      ASSERT_EQ(judgement.verdict, Verdict::kVacuous) << "seed " << seed;
      continue;
    }
    int missing = 0;
    bool wrong = false;
    for (const int i : acknowledged) missing += taken.count(i) == 0 ? 1 : 0;
    for (const int i : taken) {
      wrong = wrong || i == messages || failed.contains(i);
      const bool is_repeated = taken.count(i) > 1 && i != messages;
      if (is_repeated) ++twice;
      wrong = wrong || (is_repeated && !rules.duplicates_allowed);
    }
    Verdict expected = Verdict::kHeld;
    if (missing > 0) expected = Verdict::kInconclusive;
    if (wrong || (drained && missing > unknown)) expected = Verdict::kViolated;
    if (drained && missing > unknown) ++lost;
    ASSERT_EQ(judgement.verdict, expected)
        << "seed " << seed << ": " << judgement.explanation;
  }
  EXPECT_GT(lost, 1000);
  EXPECT_GT(twice, 1000);
}

TEST(Recovery, WithinTheTime) {
  const auto history = [](int64_t first_ok) {
    HistoryWriter writer;
    writer.remark("heal");
    for (int i = 0; i < 10; ++i) {
      writer.wait(98);
      writer.invoke(0, "write", "k", Value::of_number(i));
      writer.complete(0, i < first_ok ? EventType::kFail : EventType::kOk);
    }
    return writer.take();
  };
  EXPECT_EQ(check_recovery(history(3), nanoseconds(500)).verdict, Verdict::kHeld);
  EXPECT_EQ(check_recovery(history(7), nanoseconds(500)).verdict,
            Verdict::kDidNotRecover);
  EXPECT_EQ(check_recovery(history(10), nanoseconds(500)).verdict,
            Verdict::kDidNotRecover);
  EXPECT_EQ(check_recovery(history(10), nanoseconds(5000)).verdict,
            Verdict::kInconclusive);
  HistoryWriter never_healed;
  EXPECT_EQ(check_recovery(never_healed.take(), nanoseconds(5)).verdict,
            Verdict::kVacuous);
}

TEST(Command, ExitCodesAreVerdicts) {
  const auto verdict = [](const std::string& script) {
    const Result<Judgement> judgement = check_by_command(
        {"sh", "-c", script, "sh"}, "", "/dev/null", std::chrono::milliseconds(500));
    EXPECT_TRUE(judgement.ok());
    return std::pair(judgement->verdict, judgement->explanation);
  };
  EXPECT_EQ(verdict("echo fine; echo more"),
            std::pair(Verdict::kHeld, std::string("fine")));
  EXPECT_EQ(verdict("echo \"$1\" lost; exit 1"),
            std::pair(Verdict::kViolated, std::string("/dev/null lost")));
  EXPECT_EQ(verdict("exit 2").first, Verdict::kInconclusive);
  EXPECT_EQ(
      verdict("echo oh >&2; exit 3"),
      std::pair(Verdict::kInconclusive,
                std::string("sh exits with 3 (oh); expected 0 held, 1 violated or 2 "
                            "inconclusive")));
  EXPECT_EQ(verdict("sleep 5").first, Verdict::kInconclusive);
  EXPECT_FALSE(
      check_by_command({"/no/such/checker"}, "", "x", std::chrono::seconds(1)).ok());
}

}  // namespace
}  // namespace cutset::history
