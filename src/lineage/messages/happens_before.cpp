#include "lineage/messages/happens_before.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cutset::lineage::messages {

HappensBefore::HappensBefore(const MessageExecution& execution)
    : messages_(execution.messages.size()), into_(2 * execution.messages.size()) {
  const auto& messages = execution.messages;
  std::map<std::pair<int, bool>, std::vector<size_t>> by_direction;
  // Of a node: what was delivered to it before what it sent at the same time.
  std::map<int, std::vector<std::tuple<int64_t, bool, size_t>>> by_node;
  for (size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    by_direction[{message.connection, message.from_client}].push_back(i);
    by_node[execution.sender(message)].emplace_back(message.sent_ns, true, 2 * i);
    if (message.delivered_ns == 0) continue;
    into_[2 * i + 1].push_back({2 * i, true});
    by_node[execution.receiver(message)].emplace_back(message.delivered_ns, false,
                                                      2 * i + 1);
  }
  for (auto& [direction, list] : by_direction) {
    std::sort(list.begin(), list.end(), [&](size_t a, size_t b) {
      return std::tie(messages[a].begin, messages[a].end, a) <
             std::tie(messages[b].begin, messages[b].end, b);
    });
    for (size_t i = 1; i < list.size(); ++i) {
      if (messages[list[i - 1]].end > messages[list[i]].begin) continue;  // they overlap
      for (const size_t event : {size_t{0}, size_t{1}}) {
        const bool delivered = event == 0 || (messages[list[i - 1]].delivered_ns != 0 &&
                                              messages[list[i]].delivered_ns != 0);
        if (delivered)
          into_[2 * list[i] + event].push_back({2 * list[i - 1] + event, true});
      }
    }
  }
  for (auto& [node, events] : by_node) {
    if (node == kOutside) continue;  // clients are many
    std::sort(events.begin(), events.end());
    for (size_t i = 1; i < events.size(); ++i)
      into_[std::get<2>(events[i])].push_back({std::get<2>(events[i - 1]), false});
  }
}

size_t HappensBefore::count(bool proven) const {
  size_t found = 0;
  for (const std::vector<Edge>& edges : into_) {
    for (const Edge& edge : edges)
      if (edge.proven == proven) ++found;
  }
  return found;
}

std::vector<bool> HappensBefore::reach(size_t event, bool proven_only) const {
  std::vector<bool> reached(into_.size());
  std::vector<size_t> waiting = {event};
  reached[event] = true;
  while (!waiting.empty()) {
    const size_t next = waiting.back();
    waiting.pop_back();
    for (const Edge& edge : into_[next]) {
      if ((proven_only && !edge.proven) || reached[edge.from]) continue;
      reached[edge.from] = true;
      waiting.push_back(edge.from);
    }
  }
  return reached;
}

HappensBefore::Proof HappensBefore::before(size_t earlier, size_t later) const {
  if (earlier == later) return Proof::kNot;
  if (reach(2 * later, true)[2 * earlier]) return Proof::kProven;
  return reach(2 * later, false)[2 * earlier] ? Proof::kAssumed : Proof::kNot;
}

std::vector<size_t> HappensBefore::causes(size_t message) const {
  const std::vector<bool> reached = reach(2 * message, false);
  std::vector<size_t> result;
  for (size_t i = 0; i < messages_; ++i)
    if (i != message && reached[2 * i]) result.push_back(i);
  return result;
}

}  // namespace cutset::lineage::messages
