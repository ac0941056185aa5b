#include "lineage/messages/message_execution.h"

#include <fmt/format.h>

namespace cutset::lineage::messages {

const std::string& MessageExecution::name(int node) const {
  static const std::string kClient = "client";
  return node == kOutside ? kClient : nodes[static_cast<size_t>(node)].name;
}

Status MessageExecution::check_invariants() const {
  const auto wrong = [](const char* list, size_t place, const char* what) {
    return Error::bad_input(fmt::format("{}[{}]: {}", list, place, what));
  };
  const auto node_or_outside = [&](int node) {
    return node >= kOutside && node < static_cast<int>(nodes.size());
  };
  const auto is_node = [&](int node) {
    return node_or_outside(node) && node != kOutside;
  };
  for (size_t i = 0; i < life.size(); ++i) {
    if (!is_node(life[i].node)) return wrong("life", i, "no such node");
    if (i > 0 && life[i].time_ns < life[i - 1].time_ns)
      return wrong("life", i, "not in order of time");
  }
  for (size_t i = 0; i < connections.size(); ++i) {
    const Connection& one = connections[i];
    if (!node_or_outside(one.client) || !node_or_outside(one.server))
      return wrong("connections", i, "no such node");
  }
  for (size_t i = 0; i < messages.size(); ++i) {
    const Message& one = messages[i];
    if (one.connection < 0 || one.connection >= static_cast<int>(connections.size()))
      return wrong("messages", i, "no such connection");
    if (one.begin > one.end) return wrong("messages", i, "it ends before it begins");
    if (i > 0 && one.sent_ns < messages[i - 1].sent_ns)
      return wrong("messages", i, "not in order of time");
    if (one.delivered_ns != 0 && one.delivered_ns < one.sent_ns)
      return wrong("messages", i, "delivered before it was sent");
    const bool read = !one.label.empty() || !one.tokens.empty();
    if (read && connections[static_cast<size_t>(one.connection)].opaque)
      return wrong("messages", i, "an opaque connection has no labels and no tokens");
  }
  for (size_t i = 0; i < final_reads.size(); ++i)
    if (!is_node(final_reads[i].node)) return wrong("final_reads", i, "no such node");
  return {};
}

}  // namespace cutset::lineage::messages
