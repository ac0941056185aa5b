// Executions made by hand, and recordings.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

inline std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string recording(const std::string& name, const std::string& ending) {
  return CUTSET_SOURCE_DIR "/traces/messages/" + name + ending;
}

/// Nodes A, B, C, and a message a tick; each link is one connection.
class Made {
 public:
  Made() {
    for (const char* name : {"A", "B", "C"}) execution.nodes.push_back({name, {}});
  }

  /// Returns: its place.
  size_t send(int from, int to, const std::string& label,
              const std::vector<std::string>& tokens, bool delivered = true) {
    now += 10;
    Message message;
    message.connection = link(from, to);
    message.from_client = true;
    message.begin = sent_[static_cast<size_t>(message.connection)];
    message.end = sent_[static_cast<size_t>(message.connection)] += 10;
    message.sent_ns = now;
    message.delivered_ns = delivered ? now + 2 : 0;
    message.label = label;
    message.tokens = tokens;
    execution.messages.push_back(message);
    return execution.messages.size() - 1;
  }
  void life(int node, LifeEvent::Kind kind) {
    execution.life.push_back({node, "", kind, now += 10});
  }

  MessageExecution execution;
  int64_t now = 1000;

 private:
  int link(int from, int to) {
    for (size_t i = 0; i < execution.connections.size(); ++i)
      if (execution.connections[i].client == from &&
          execution.connections[i].server == to)
        return static_cast<int>(i);
    Connection made;
    made.client = from;
    made.server = to;
    made.opened_ns = now;
    execution.connections.push_back(made);
    sent_.push_back(0);
    return static_cast<int>(execution.connections.size()) - 1;
  }
  std::vector<uint64_t> sent_;
};

}  // namespace cutset::lineage::messages
