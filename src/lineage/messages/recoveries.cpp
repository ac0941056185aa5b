#include "lineage/messages/recoveries.h"

#include <algorithm>
#include <set>

namespace cutset::lineage::messages {

namespace {

/// Delivery of the first token to the node after it was started; 0: none.
int64_t first_token_ns(const MessageExecution& execution, int node, int64_t started_ns) {
  int64_t first = 0;
  for (const Message& message : execution.messages) {
    if (message.tokens.empty() || message.delivered_ns < started_ns) continue;
    if (execution.receiver(message) != node) continue;
    if (first == 0 || message.delivered_ns < first) first = message.delivered_ns;
  }
  return first;
}

}  // namespace

std::vector<Recovery> find_recoveries(const MessageExecution& execution) {
  std::vector<Recovery> recoveries;
  std::set<int> down;
  for (const LifeEvent& event : execution.life) {
    if (event.kind == LifeEvent::Kind::kCrashed) down.insert(event.node);
    if (event.kind != LifeEvent::Kind::kStarted || down.erase(event.node) == 0) continue;
    Recovery recovery{event.node,
                      event.time_ns,
                      first_token_ns(execution, event.node, event.time_ns),
                      {}};
    std::set<int> heard;
    for (const Message& message : execution.messages) {
      const int from = execution.sender(message);
      if (message.delivered_ns < recovery.started_ns || from == kOutside ||
          from == recovery.node || execution.receiver(message) != recovery.node)
        continue;
      if (recovery.ended_ns != 0 && message.delivered_ns >= recovery.ended_ns) continue;
      heard.insert(from);
    }
    recovery.heard.assign(heard.begin(), heard.end());
    recoveries.push_back(std::move(recovery));
  }
  return recoveries;
}

}  // namespace cutset::lineage::messages
