#include "lineage/messages/copies.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace cutset::lineage::messages {

namespace {

struct Moment {
  int64_t time_ns = 0;
  bool life = false;  // else a delivery
  size_t place = 0;
};

/// Deliveries and crashes in order of time.
std::vector<Moment> moments(const MessageExecution& execution) {
  std::vector<Moment> result;
  for (size_t i = 0; i < execution.messages.size(); ++i) {
    const Message& message = execution.messages[i];
    const int to = execution.receiver(message);
    if (message.delivered_ns != 0 && to != kOutside)
      result.push_back({message.delivered_ns, false, i});
  }
  for (size_t i = 0; i < execution.life.size(); ++i)
    result.push_back({execution.life[i].time_ns, true, i});
  std::stable_sort(result.begin(), result.end(), [](const Moment& a, const Moment& b) {
    return a.time_ns < b.time_ns;
  });
  return result;
}

class Tracker {
 public:
  Tracker(const MessageExecution& execution, const CopyOptions& options)
      : execution_(execution), options_(options), held_(execution.nodes.size()) {
    for (size_t i = 0; i < execution.operations.size(); ++i)
      if (execution.operations[i].write)
        writes_[execution.operations[i].token].push_back(i);
  }

  std::map<std::string, Lineage> run() {
    for (const auto& [token, operations] : writes_) lineage_of(token);
    for (const Moment& moment : moments(execution_)) {
      if (moment.life)
        life(execution_.life[moment.place]);
      else
        delivery(moment.place);
    }
    note_undelivered();
    for (const FinalRead& read : execution_.final_reads) overrule(read);
    for (auto& [token, lineage] : lineages_) add_supports(lineage);
    return std::move(lineages_);
  }

 private:
  Lineage& lineage_of(const std::string& token) {
    Lineage& lineage = lineages_[token];
    if (lineage.copies.empty()) {
      lineage.token = token;
      lineage.copies.resize(execution_.nodes.size());
      for (size_t i = 0; i < lineage.copies.size(); ++i)
        lineage.copies[i].node = static_cast<int>(i);
    }
    return lineage;
  }

  /// What a client sends is a write only while one was asked: reads may name tokens too.
  bool may_write(const std::string& token, int64_t sent_ns) const {
    if (writes_.empty()) return true;
    const auto found = writes_.find(token);
    if (found == writes_.end()) return false;
    constexpr int64_t kSlack = 50'000'000;  // clocks are compared only so well
    return std::any_of(found->second.begin(), found->second.end(), [&](size_t place) {
      const Operation& one = execution_.operations[place];
      return one.invoked_ns - kSlack <= sent_ns &&
             (one.ended_ns == 0 || one.outcome == Operation::Outcome::kUnknown ||
              sent_ns <= one.ended_ns + kSlack);
    });
  }

  void delivery(size_t place) {
    const Message& message = execution_.messages[place];
    const int from = execution_.sender(message);
    const int to = execution_.receiver(message);
    const bool replaces =
        from != kOutside && options_.replacing_labels.contains(message.label);
    if (replaces && !message.cut) replace(place, message, from, to);
    std::set<std::string_view> seen;
    for (const std::string& token : message.tokens) {
      if (!seen.insert(token).second) continue;
      if (from == kOutside && !may_write(token, message.sent_ns)) continue;
      Copy& copy = lineage_of(token).copies[static_cast<size_t>(to)];
      if (copy.fate == Copy::Fate::kAlive && !replaces) continue;
      copy.fate = Copy::Fate::kAlive;
      copy.arrivals.push_back({place, from, message.delivered_ns, replaces});
      held_[static_cast<size_t>(to)].insert(token);
    }
  }

  void replace(size_t place, const Message& message, int from, int to) {
    auto& held = held_[static_cast<size_t>(to)];
    const std::set<std::string_view> kept(message.tokens.begin(), message.tokens.end());
    for (auto token = held.begin(); token != held.end();) {
      if (kept.contains(*token)) {
        ++token;
        continue;
      }
      Copy& copy = lineage_of(*token).copies[static_cast<size_t>(to)];
      copy.fate = Copy::Fate::kReplaced;
      copy.ended_ns = message.delivered_ns;
      copy.by = from;
      copy.ended_by = place;
      copy.endings.push_back({copy.fate, copy.ended_ns, from, place});
      token = held.erase(token);
    }
  }

  void life(const LifeEvent& event) {
    if (event.kind != LifeEvent::Kind::kCrashed &&
        event.kind != LifeEvent::Kind::kDiskLost)
      return;
    auto& held = held_[static_cast<size_t>(event.node)];
    for (const std::string& token : held) {
      Copy& copy = lineage_of(token).copies[static_cast<size_t>(event.node)];
      copy.fate = Copy::Fate::kLostWithNode;
      copy.ended_ns = event.time_ns;
      copy.endings.push_back({copy.fate, copy.ended_ns});
    }
    held.clear();
  }

  void note_undelivered() {
    for (size_t i = 0; i < execution_.messages.size(); ++i) {
      const Message& message = execution_.messages[i];
      const int to = execution_.receiver(message);
      if (message.delivered_ns != 0 || to == kOutside) continue;
      for (const std::string& token : message.tokens) {
        const auto found = lineages_.find(token);
        if (found == lineages_.end()) continue;
        Copy& copy = found->second.copies[static_cast<size_t>(to)];
        if (copy.arrivals.empty() && !copy.undelivered) copy.undelivered = i;
      }
    }
  }

  void overrule(const FinalRead& read) {
    Copy& copy = lineage_of(read.token).copies[static_cast<size_t>(read.node)];
    if (read.found) {
      copy.fate = Copy::Fate::kAlive;  // it came back from its disk, or unseen
      copy.ended_by.reset();
      copy.by = kOutside;
    } else if (copy.fate == Copy::Fate::kAlive) {
      copy.fate =
          copy.arrivals.empty() ? Copy::Fate::kNeverArrived : Copy::Fate::kVanished;
    }
  }

  /// The arrival on which the sender's copy rested when it sent.
  static const Arrival* last_before(const Copy& copy, int64_t time_ns) {
    const Arrival* last = nullptr;
    for (const Arrival& arrival : copy.arrivals)
      if (arrival.time_ns <= time_ns) last = &arrival;
    return last == nullptr && !copy.arrivals.empty() ? &copy.arrivals.front() : last;
  }

  void add_supports(Lineage& lineage) {
    for (const Copy& copy : lineage.copies) {
      if (copy.fate != Copy::Fate::kAlive || copy.arrivals.empty()) continue;
      Support support;
      support.node = copy.node;
      std::set<size_t> walked;
      int to = copy.node;
      const Arrival* arrival = &copy.arrivals.back();
      while (arrival != nullptr && walked.insert(arrival->message).second) {
        support.messages.push_back(arrival->message);
        support.links.push_back({arrival->from, to});
        if (arrival->from == kOutside) break;
        to = arrival->from;
        arrival = last_before(lineage.copies[static_cast<size_t>(to)],
                              execution_.messages[arrival->message].sent_ns);
      }
      std::reverse(support.messages.begin(), support.messages.end());
      std::reverse(support.links.begin(), support.links.end());
      lineage.supports.push_back(std::move(support));
    }
  }

  const MessageExecution& execution_;
  const CopyOptions& options_;
  std::map<std::string, std::vector<size_t>> writes_;  // operations, by token
  std::map<std::string, Lineage> lineages_;
  std::vector<std::set<std::string>> held_;  // tokens, by node
};

}  // namespace

std::map<std::string, Lineage> find_copies(const MessageExecution& execution,
                                           const CopyOptions& options) {
  return Tracker(execution, options).run();
}

std::string_view fate_name(Copy::Fate fate) {
  switch (fate) {
    case Copy::Fate::kAlive:
      return "alive";
    case Copy::Fate::kNeverArrived:
      return "never arrived";
    case Copy::Fate::kLostWithNode:
      return "lost with its node";
    case Copy::Fate::kReplaced:
      return "replaced";
    case Copy::Fate::kVanished:
      return "vanished";
  }
  return "";
}

std::string death_of(const MessageExecution& execution, const Lineage& lineage) {
  std::string text;
  for (const Copy& copy : lineage.copies) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", execution.name(copy.node),
                        fate_name(copy.fate));
    if (copy.fate == Copy::Fate::kReplaced) text += " by " + execution.name(copy.by);
  }
  return text;
}

}  // namespace cutset::lineage::messages
