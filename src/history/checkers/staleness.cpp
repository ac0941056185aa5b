// A read that began at t must not return a write w that was over before another write
// began that was acknowledged at t - bound or earlier.
#include <algorithm>
#include <map>
#include <set>

#include "history/checkers/checkers.h"
#include "history/key_view.h"
#include <fmt/format.h>

namespace cutset::history {

namespace {

class KeyStaleness {
 public:
  KeyStaleness(const KeyView& view, int64_t bound_ns, Judgement& judgement)
      : view_(view), bound_ns_(bound_ns), judgement_(judgement) {
    for (const Operation* operation : view.operations) {
      if (operation->failed()) continue;
      const bool is_delete = operation->f == "delete";
      if (operation->f == "write" || is_delete) {
        const Value value = is_delete ? Value::nothing() : operation->argument;
        Moment& last = last_moment_[value.json()];
        last = std::max(last, operation->completed);
        if (operation->ok()) acknowledged_.push_back(operation);
      } else if (operation->f == "add" && operation->ok()) {
        added_.push_back(operation);
      }
    }
    const auto by_end = [](const Operation* a, const Operation* b) {
      return a->completed < b->completed;
    };
    std::sort(acknowledged_.begin(), acknowledged_.end(), by_end);
    std::sort(added_.begin(), added_.end(), by_end);
    const Operation* latest = nullptr;
    for (const Operation* write : acknowledged_) {
      if (latest == nullptr || write->invoked > latest->invoked) latest = write;
      latest_begin_.push_back(latest);
    }
  }

  size_t run() {
    size_t reads = 0;
    for (const Operation* read : view_.operations) {
      if (read->f != "read" || !read->ok()) continue;
      ++reads;
      if (read->value.is_list() || (read->value.is_nothing() && !added_.empty())) {
        check_elements(*read);
      } else {
        check_register(*read);
      }
    }
    return reads;
  }

 private:
  bool is_due(const Operation& write, const Operation& read) const {
    return write.precedes(read) && write.completed_ns <= read.invoked_ns - bound_ns_;
  }

  void stale(const Operation& write, const Operation& read) {
    judgement_.add_fault(
        {"stale", view_.shown, token_of(write), read.line,
         fmt::format("{} misses {}, {} older", read.shown(), write.shown(),
                     seconds_text(read.invoked_ns - write.completed_ns))});
  }

  void check_register(const Operation& read) {
    const auto end = std::partition_point(
        acknowledged_.begin(), acknowledged_.end(),
        [&](const Operation* write) { return is_due(*write, read); });
    if (end == acknowledged_.begin()) return;
    const Operation* newer =
        latest_begin_[static_cast<size_t>(end - acknowledged_.begin()) - 1];
    const auto found = last_moment_.find(read.value.json());
    if (found == last_moment_.end() && !read.value.is_nothing()) return;  // of others
    const Moment last = found == last_moment_.end() ? 0 : found->second;
    if (last < newer->invoked) stale(*newer, read);
  }

  void check_elements(const Operation& read) {
    std::set<std::string> present;
    for (const Value& item : read.value.items) present.insert(item.json());
    for (const Operation* write : added_) {
      if (!is_due(*write, read)) break;
      if (!present.contains(write->argument.json())) stale(*write, read);
    }
  }

  const KeyView& view_;
  int64_t bound_ns_;
  Judgement& judgement_;
  std::map<std::string, Moment> last_moment_;   // value -> when it may be written last
  std::vector<const Operation*> acknowledged_;  // by completion
  std::vector<const Operation*> latest_begin_;  // of those up to the same place
  std::vector<const Operation*> added_;         // by completion
};

}  // namespace

Judgement check_staleness(const History& history, std::chrono::nanoseconds bound) {
  if (!history.has_times) {
    return inconclusive("not every line has a time, so no age is known");
  }
  Judgement judgement;
  size_t reads = 0;
  for (const KeyView& view : by_key(history)) {
    reads += KeyStaleness(view, bound.count(), judgement).run();
  }
  if (reads == 0) return vacuous("no read succeeded");
  judgement.count("reads", reads);
  judgement.count("stale", judgement.fault_count);
  if (judgement.fault_count == 0) {
    judgement.explanation = fmt::format("none of {} reads misses a write older than {}",
                                        reads, seconds_text(bound.count()));
    return judgement;
  }
  judgement.verdict = Verdict::kViolated;
  judgement.explanation = fmt::format(
      "{} times a read misses a write older than {}; first: {}", judgement.fault_count,
      seconds_text(bound.count()), judgement.faults[0].text);
  return judgement;
}

}  // namespace cutset::history
