// Which value may a final read of a key return? Write w may be the last one iff no
// acknowledged write began after w had completed; "nothing" may be read iff no write was
// acknowledged, or a delete may be the last. Everything else has lost the acknowledged
// writes that may be the last.
#include <algorithm>
#include <map>
#include <set>

#include "history/checkers/checkers.h"
#include "history/key_view.h"
#include <fmt/format.h>

namespace cutset::history {

namespace {

bool is_write(const Operation& operation) {
  return operation.f == "write" || operation.f == "delete";
}

/// What a key holds after the write.
Value written(const Operation& write) {
  return write.f == "delete" ? Value::nothing() : write.argument;
}

struct Finals {
  std::vector<const Operation*> reads;  // the last of each process that succeeded
  const Operation* last_failed = nullptr;
};

class KeyCheck {
 public:
  KeyCheck(const KeyView& view, bool has_final_phase, Judgement& judgement)
      : view_(view), judgement_(judgement) {
    for (const Operation* operation : view.operations) {
      const bool changes = is_write(*operation) || operation->f == "add";
      if (changes && !operation->failed()) changes_.push_back(operation);
      if (changes && operation->failed()) failed_.push_back(operation);
      if (changes && operation->ok()) ++acknowledged_;
      has_elements_ = has_elements_ || operation->f == "add";
      if (changes) last_change_ = std::max(last_change_, end_of(*operation));
    }
    for (const Operation* operation : view.operations) {
      if (operation->f != "read" && operation->f != "drain") continue;
      const bool is_final =
          has_final_phase ? operation->is_final() : operation->invoked > last_change_;
      if (is_final) take_final(*operation);
    }
  }

  size_t acknowledged() const { return acknowledged_; }
  const Finals& finals() const { return finals_; }

  void run() {
    for (const Operation* read : finals_.reads) {
      // A list that nobody has made is an empty one.
      if (read->value.is_list() || (read->value.is_nothing() && has_elements_)) {
        check_elements(*read);
      } else {
        check_register(*read);
      }
    }
  }

 private:
  /// Without a final phase an info does not keep reads from being the last.
  static Moment end_of(const Operation& operation) {
    return operation.completed == kNever ? operation.invoked : operation.completed;
  }

  void take_final(const Operation& read) {
    if (!read.ok()) {
      finals_.last_failed = &read;
      return;
    }
    for (const Operation*& earlier : finals_.reads) {
      if (earlier->process == read.process) {
        earlier = &read;
        return;
      }
    }
    finals_.reads.push_back(&read);
  }

  void lose(const Operation& write, const Operation& read, const std::string& why) {
    if (!lost_.insert(&write).second) return;
    judgement_.add_fault({"lost", view_.shown, token_of(write), write.line,
                          fmt::format("{} was acknowledged, and {} {}", write.shown(),
                                      read.shown(), why)});
  }

  void check_elements(const Operation& read) {
    std::set<std::string> present;
    for (const Value& item : read.value.items) present.insert(item.json());
    std::set<std::string> known;
    for (const Operation* change : changes_) {
      known.insert(change->argument.json());
      if (change->f != "add" || !change->ok()) continue;
      if (!change->precedes(read) || present.contains(change->argument.json())) continue;
      lose(*change, read, "does not have it");
    }
    for (const Operation* change : failed_) {
      if (present.contains(change->argument.json())) {
        judgement_.notes.push_back(
            fmt::format("{} is there although it failed", change->shown()));
      }
      known.insert(change->argument.json());
    }
    for (const Value& item : read.value.items) {
      if (!known.contains(item.json())) {
        judgement_.notes.push_back(fmt::format("{}{} was read and never added",
                                               key_prefix(view_), item.shown()));
      }
    }
  }

  void check_register(const Operation& read) {
    std::vector<const Operation*> acknowledged;
    for (const Operation* change : changes_) {
      if (change->ok() && change->precedes(read)) acknowledged.push_back(change);
    }
    Moment newest = 0;  // the latest moment at which a write of this value may take place
    bool is_known = read.value.is_nothing();
    for (const Operation* change : changes_) {
      if (!is_write(*change) || !(written(*change) == read.value)) continue;
      if (change->invoked > read.completed) continue;
      is_known = true;
      newest = std::max(newest, change->completed);
    }
    // Somebody else wrote it, perhaps last: that is told, and no loss.
    if (!is_known) return note_unknown(read);
    // One write that began later shows that the value is old; lost is each of these that
    // no other acknowledged one has written over.
    Moment last_begin = 0;
    for (const Operation* write : acknowledged) {
      if (is_write(*write)) last_begin = std::max(last_begin, write->invoked);
    }
    if (newest >= last_begin) return;
    for (const Operation* write : acknowledged) {
      if (!is_write(*write) || write->invoked <= newest) continue;
      if (write->completed < last_begin) continue;  // written over in any case
      lose(*write, read,
           read.value.is_nothing() ? "finds nothing" : "returns an older value");
    }
  }

  void note_unknown(const Operation& read) {
    for (const Operation* change : failed_) {
      if (written(*change) == read.value) {
        judgement_.notes.push_back(
            fmt::format("{} is there although it failed", change->shown()));
        return;
      }
    }
    judgement_.notes.push_back(
        fmt::format("{} returns what was never written", read.shown()));
  }

  const KeyView& view_;
  Judgement& judgement_;
  std::vector<const Operation*> changes_;  // that may have happened
  std::vector<const Operation*> failed_;
  std::set<const Operation*> lost_;
  bool has_elements_ = false;
  size_t acknowledged_ = 0;
  Moment last_change_ = 0;
  Finals finals_;
};

/// Why the system had not settled before the final reads, if a remark says so.
const Remark* not_settled(const History& history) {
  const Remark* found = nullptr;
  for (const Remark& remark : history.remarks) {
    if (remark.f == "settled") found = nullptr;
    if (remark.f == "not-settled") found = &remark;
  }
  return found;
}

void conclude(Judgement& judgement, size_t acknowledged, const Operation* unreadable,
              const std::string& unread_key, bool unread) {
  if (judgement.fault_count > 0) {
    judgement.verdict = Verdict::kViolated;
    std::string tokens;
    constexpr size_t kListed = 8;
    for (size_t i = 0; i < std::min(judgement.faults.size(), kListed); ++i) {
      if (i > 0) tokens += ", ";
      tokens += judgement.faults[i].token;
    }
    if (judgement.fault_count > kListed) tokens += ", ...";
    judgement.explanation = fmt::format(
        "{} of {} acknowledged writes are lost: {}; first: {}", judgement.fault_count,
        acknowledged, tokens, judgement.faults[0].text);
  } else if (unreadable != nullptr) {
    judgement.verdict = Verdict::kDidNotRecover;
    judgement.explanation =
        fmt::format("no final read succeeded; the last: {}{}", unreadable->shown(),
                    unreadable->error.empty() ? "" : ": " + unreadable->error);
  } else if (unread) {
    judgement.verdict = Verdict::kInconclusive;
    judgement.explanation =
        fmt::format("{}there are acknowledged writes and no read after them", unread_key);
  } else {
    judgement.explanation =
        fmt::format("all {} acknowledged writes can be read", acknowledged);
  }
}

}  // namespace

Judgement check_acknowledged_writes(const History& history) {
  const bool has_final_phase =
      std::any_of(history.operations.begin(), history.operations.end(),
                  [](const Operation& operation) { return operation.is_final(); });
  Judgement judgement;
  size_t acknowledged = 0;
  size_t reads = 0;
  const Operation* unreadable = nullptr;
  std::string unread_key;
  bool unread = false;
  for (const KeyView& view : by_key(history)) {
    KeyCheck check(view, has_final_phase, judgement);
    if (check.acknowledged() == 0) continue;
    acknowledged += check.acknowledged();
    reads += check.finals().reads.size();
    if (!check.finals().reads.empty()) {
      check.run();
    } else if (check.finals().last_failed != nullptr) {
      unreadable = check.finals().last_failed;
    } else if (!unread) {
      unread = true;
      unread_key = key_prefix(view);
    }
  }
  if (acknowledged == 0) {
    return vacuous(fmt::format("no write was acknowledged ({} operations)",
                               history.operations.size()));
  }
  judgement.count("acknowledged", acknowledged);
  judgement.count("final_reads", reads);
  judgement.count("lost", judgement.fault_count);
  conclude(judgement, acknowledged, unreadable, unread_key, unread);
  const Remark* unsettled = not_settled(history);
  if (unsettled != nullptr && judgement.verdict == Verdict::kViolated) {
    // It may still bring them back.
    judgement.verdict = Verdict::kDidNotRecover;
    judgement.explanation = fmt::format("the system had not settled ({}), and {}",
                                        unsettled->error, judgement.explanation);
  }
  return judgement;
}

}  // namespace cutset::history
