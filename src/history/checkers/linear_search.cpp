#include "history/checkers/linear_search.h"

#include <algorithm>
#include <optional>

#include "history/checkers/state_cache.h"

namespace cutset::history {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = RegisterStep::Kind;

constexpr uint32_t kNobody = 0;  // the list's head
constexpr size_t kLookAtClock = 1024;
constexpr size_t kMostValues = 4;

/// A set of small numbers that is full at its beginning most of the time.
class DoneSet {
 public:
  explicit DoneSet(size_t size) : words_(size / 64 + 1, 0) {}

  void add(size_t i) {
    words_[i / 64] |= uint64_t{1} << (i % 64);
    end_ = std::max(end_, i / 64 + 1);
    while (words_[full_] == ~uint64_t{0}) ++full_;
  }
  void remove(size_t i) {
    words_[i / 64] &= ~(uint64_t{1} << (i % 64));
    full_ = std::min(full_, i / 64);
    while (end_ > 0 && words_[end_ - 1] == 0) --end_;
  }
  /// Appends words by which two sets differ iff they are different.
  void append_to(std::vector<uint64_t>& out) const {
    out.push_back(full_);
    for (size_t i = full_; i < end_; ++i) out.push_back(words_[i]);
  }

 private:
  std::vector<uint64_t> words_;
  size_t full_ = 0;  // words at the beginning that are full
  size_t end_ = 0;   // words behind it are empty
};

/// An invocation or a completion, in a doubly linked list by moment.
struct Entry {
  uint32_t before = kNobody;
  uint32_t after = kNobody;
  uint32_t step = 0;
  uint32_t completion = kNobody;  // of an invocation; kNobody: it never completes
  bool is_invocation = false;
};

class Search {
 public:
  Search(const std::vector<RegisterStep>& steps, const SearchBounds& bounds,
         Clock::time_point deadline)
      : steps_(steps),
        bounds_(bounds),
        deadline_(deadline),
        numbers_(steps.size()),
        must_done_(steps.size()),
        may_done_(steps.size()) {
    link();
    size_t must = 0;
    size_t may = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      numbers_[i] = steps[i].must ? must++ : may++;
    }
    left_ = must;
    all_ = must;
  }

  LinearAnswer run() {
    uint32_t at = entries_[kNobody].after;
    size_t rounds = 0;
    while (left_ > 0) {
      if (++rounds % kLookAtClock == 0 && Clock::now() > deadline_) return passed();
      if (at != kNobody && entries_[at].is_invocation) {
        if (enter(at)) {
          if (cache_.size() > bounds_.most_states ||
              cache_.bytes() > bounds_.most_bytes) {
            return passed();
          }
          at = entries_[kNobody].after;
        } else {
          at = entries_[at].after;
        }
        continue;
      }
      note_block(at);
      const std::optional<uint32_t> back = go_back();
      if (!back) return none();
      at = entries_[*back].after;
    }
    answer_.states = cache_.size();
    return std::move(answer_);
  }

 private:
  struct Choice {
    uint32_t entry;
    int value_before;
    bool is_final;  // never taken back alone
  };

  void link() {
    struct Point {
      Moment moment;
      uint32_t step;
      bool is_invocation;
    };
    std::vector<Point> points;
    for (uint32_t i = 0; i < steps_.size(); ++i) {
      points.push_back({steps_[i].invoked, i, true});
      if (steps_[i].must) points.push_back({steps_[i].completed, i, false});
    }
    std::sort(points.begin(), points.end(),
              [](const Point& a, const Point& b) { return a.moment < b.moment; });
    entries_.resize(points.size() + 1);
    std::vector<uint32_t> invocations(steps_.size(), kNobody);
    for (uint32_t i = 0; i < points.size(); ++i) {
      Entry& entry = entries_[i + 1];
      entry.step = points[i].step;
      entry.is_invocation = points[i].is_invocation;
      entry.before = i;
      entries_[i].after = i + 1;
      if (entry.is_invocation) {
        invocations[entry.step] = i + 1;
      } else {
        entries_[invocations[entry.step]].completion = i + 1;
      }
    }
    entries_[kNobody].before = static_cast<uint32_t>(points.size());
  }

  bool applies(const RegisterStep& step) const {
    if (step.kind == Kind::kRead) return step.value == value_;
    return step.kind == Kind::kWrite || step.expected == value_;
  }

  void set_done(uint32_t step, bool is_done) {
    DoneSet& set = steps_[step].must ? must_done_ : may_done_;
    if (is_done) {
      set.add(numbers_[step]);
    } else {
      set.remove(numbers_[step]);
    }
  }

  bool enter(uint32_t at) {
    const uint32_t number = entries_[at].step;
    const RegisterStep& step = steps_[number];
    if (!applies(step)) return false;
    const int before = value_;
    const bool is_read = step.kind == Kind::kRead;
    if (!is_read) value_ = step.value;
    set_done(number, true);
    state_.clear();
    state_.push_back(static_cast<uint64_t>(value_));
    must_done_.append_to(state_);
    may_done_.append_to(state_);
    if (!cache_.insert(state_)) {
      set_done(number, false);
      value_ = before;
      return false;
    }
    choices_.push_back({at, before, is_read});
    unlink(at);
    if (step.must) --left_;
    return true;
  }

  /// The entry behind which the search goes on, after the last choice was taken back.
  std::optional<uint32_t> go_back() {
    while (!choices_.empty()) {
      const Choice choice = choices_.back();
      choices_.pop_back();
      const uint32_t number = entries_[choice.entry].step;
      relink(choice.entry);
      if (steps_[number].must) ++left_;
      set_done(number, false);
      value_ = choice.value_before;
      if (!choice.is_final) return choice.entry;
    }
    return std::nullopt;
  }

  void remove(uint32_t at) {
    entries_[entries_[at].before].after = entries_[at].after;
    entries_[entries_[at].after].before = entries_[at].before;
  }
  void restore(uint32_t at) {
    entries_[entries_[at].before].after = at;
    entries_[entries_[at].after].before = at;
  }
  void unlink(uint32_t at) {
    remove(at);
    if (entries_[at].completion != kNobody) remove(entries_[at].completion);
  }
  void relink(uint32_t at) {
    if (entries_[at].completion != kNobody) restore(entries_[at].completion);
    restore(at);
  }

  void note_block(uint32_t at) {
    const size_t done = all_ - left_;
    if (at == kNobody || done < answer_.most_done) return;
    const RegisterStep* blocked = &steps_[entries_[at].step];
    if (done > answer_.most_done || answer_.blocked == nullptr) {
      answer_.most_done = done;
      answer_.blocked = blocked;
      answer_.values.clear();
    }
    const bool is_known = std::find(answer_.values.begin(), answer_.values.end(),
                                    value_) != answer_.values.end();
    if (blocked == answer_.blocked && !is_known && answer_.values.size() < kMostValues) {
      answer_.values.push_back(value_);
    }
  }

  LinearAnswer passed() {
    answer_.kind = LinearAnswer::Kind::kBoundPassed;
    answer_.states = cache_.size();
    return std::move(answer_);
  }
  LinearAnswer none() {
    answer_.kind = LinearAnswer::Kind::kNone;
    answer_.states = cache_.size();
    return std::move(answer_);
  }

  const std::vector<RegisterStep>& steps_;
  const SearchBounds& bounds_;
  Clock::time_point deadline_;
  std::vector<size_t> numbers_;  // of a step in the set that it belongs to
  DoneSet must_done_;
  DoneSet may_done_;
  std::vector<Entry> entries_;
  std::vector<Choice> choices_;
  std::vector<uint64_t> state_;
  StateCache cache_;
  LinearAnswer answer_;
  size_t left_ = 0;
  size_t all_ = 0;
  int value_ = 0;
};

}  // namespace

LinearAnswer search_linear_order(const std::vector<RegisterStep>& steps,
                                 const SearchBounds& bounds, Clock::time_point deadline) {
  return Search(steps, bounds, deadline).run();
}

}  // namespace cutset::history
