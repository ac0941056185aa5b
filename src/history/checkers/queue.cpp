#include <algorithm>
#include <map>

#include "history/checkers/checkers.h"
#include "history/key_view.h"
#include <fmt/format.h>

namespace cutset::history {

namespace {

struct Message {
  const Operation* enqueue = nullptr;
  bool acknowledged = false;
  bool failed = false;  // every enqueue of it
  std::vector<const Operation*> taken_by;
};

class QueueCheck {
 public:
  QueueCheck(const KeyView& view, const QueueRules& rules, Judgement& judgement)
      : view_(view), rules_(rules), judgement_(judgement) {
    for (const Operation* operation : view.operations) {
      if (operation->f == "enqueue") put(*operation);
    }
    for (const Operation* operation : view.operations) {
      if (operation->f == "dequeue" || operation->f == "drain") take(*operation);
    }
  }

  void run() {
    for (const auto& [text, message] : messages_) {
      const size_t taken = message.taken_by.size();
      if (taken == 0 && message.acknowledged) missing_.push_back(message.enqueue);
      if (taken > 0 && message.failed) {
        unexpected(*message.taken_by[0], message.enqueue->argument,
                   "although its enqueue failed");
      }
      if (taken > 1) duplicated(message);
    }
    std::sort(missing_.begin(), missing_.end(),
              [](const auto* a, const auto* b) { return a->invoked < b->invoked; });
    // Each dequeue that nobody knows the end of may have taken one message.
    const bool certain = saw_empty_ && missing_.size() > unknown_takes_;
    if (!certain) return;
    for (const Operation* enqueue : missing_) {
      judgement_.add_fault({"lost", view_.shown, token_of(*enqueue), enqueue->line,
                            enqueue->shown() + " was never dequeued"});
    }
  }

  /// Missing, and the history does not tell whether lost.
  size_t undecided() const {
    return saw_empty_ && missing_.size() > unknown_takes_ ? 0 : missing_.size();
  }
  bool saw_empty() const { return saw_empty_; }
  size_t acknowledged() const { return acknowledged_; }
  size_t taken() const { return taken_; }
  size_t repeated() const { return repeated_; }

 private:
  void put(const Operation& enqueue) {
    const auto [place, fresh] = messages_.try_emplace(enqueue.argument.json());
    Message& message = place->second;
    message.failed = (fresh || message.failed) && enqueue.failed();
    if (message.enqueue == nullptr || enqueue.ok()) message.enqueue = &enqueue;
    message.acknowledged = message.acknowledged || enqueue.ok();
    if (enqueue.ok()) {
      ++acknowledged_;
      last_put_ = std::max(last_put_, enqueue.completed);
    }
  }

  void take(const Operation& dequeue) {
    if (dequeue.open()) ++unknown_takes_;
    if (!dequeue.ok()) return;
    const bool drained = dequeue.f == "drain";
    if ((drained || dequeue.value.is_nothing()) && dequeue.invoked > last_put_) {
      saw_empty_ = true;
    }
    if (dequeue.value.is_nothing()) return;
    if (!dequeue.value.is_list()) return take_one(dequeue, dequeue.value);
    for (const Value& item : dequeue.value.items) take_one(dequeue, item);
  }

  void take_one(const Operation& dequeue, const Value& value) {
    ++taken_;
    const auto found = messages_.find(value.json());
    if (found == messages_.end()) {
      unexpected(dequeue, value, "that was never enqueued");
      return;
    }
    found->second.taken_by.push_back(&dequeue);
  }

  void unexpected(const Operation& dequeue, const Value& value, const char* why) {
    judgement_.add_fault(
        {"unexpected", view_.shown, value.shown(), dequeue.line,
         fmt::format("{} gives {} {}", dequeue.shown(), value.shown(), why)});
  }

  void duplicated(const Message& message) {
    ++repeated_;
    const std::string text =
        fmt::format("{} was dequeued {} times, also by {}", message.enqueue->shown(),
                    message.taken_by.size(), message.taken_by[1]->shown());
    if (rules_.duplicates_allowed) {
      if (repeated_ == 1) judgement_.notes.push_back(text);
      return;
    }
    judgement_.add_fault({"duplicated", view_.shown, token_of(*message.enqueue),
                          message.taken_by[1]->line, text});
  }

  const KeyView& view_;
  const QueueRules& rules_;
  Judgement& judgement_;
  std::map<std::string, Message> messages_;
  std::vector<const Operation*> missing_;
  size_t unknown_takes_ = 0;
  size_t acknowledged_ = 0;
  size_t taken_ = 0;
  size_t repeated_ = 0;
  Moment last_put_ = 0;
  bool saw_empty_ = false;
};

}  // namespace

Judgement check_queue(const History& history, const QueueRules& rules) {
  Judgement judgement;
  size_t acknowledged = 0;
  size_t taken = 0;
  size_t undecided = 0;
  size_t repeated = 0;
  bool saw_empty = true;
  for (const KeyView& view : by_key(history)) {
    QueueCheck check(view, rules, judgement);
    check.run();
    acknowledged += check.acknowledged();
    taken += check.taken();
    undecided += check.undecided();
    repeated += check.repeated();
    if (check.undecided() > 0) saw_empty = saw_empty && check.saw_empty();
  }
  if (acknowledged == 0 && taken == 0) return vacuous("no message was acknowledged");
  judgement.count("acknowledged", acknowledged);
  judgement.count("dequeued", taken);
  judgement.count("duplicated", repeated);
  judgement.count("undecided", undecided);
  if (judgement.fault_count > 0) {
    judgement.verdict = Verdict::kViolated;
    judgement.explanation = fmt::format(
        "lost, duplicated or unexpected: {}; first: {}: {}", judgement.fault_count,
        judgement.faults[0].kind, judgement.faults[0].text);
  } else if (undecided > 0) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.explanation =
        fmt::format("{} acknowledged messages were not dequeued, and {}", undecided,
                    saw_empty ? "dequeues whose end is not known may have taken them"
                              : "the queue was not seen empty after the last enqueue");
  } else {
    judgement.explanation =
        fmt::format("all {} acknowledged messages were dequeued", acknowledged);
  }
  return judgement;
}

}  // namespace cutset::history
