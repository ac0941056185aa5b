// Small histories for tests: written line by line, or random.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "history/event_reader.h"
#include "history/operations.h"

namespace cutset::history {

/// Requires: `lines` is a good history.
History history_of(const std::string& lines);

/// Events of clients that each do one thing at a time.
class HistoryWriter {
 public:
  void invoke(int process, const std::string& f, const std::string& key, Value value,
              const std::string& phase = "");
  /// `value`: of the completion; absent: the invocation's.
  void complete(int process, EventType type, std::optional<Value> value = std::nullopt);
  void remark(const std::string& f);
  void wait(int64_t nanoseconds) { time_ns_ += nanoseconds; }
  bool is_open(int process) const { return open_.contains(process); }
  History take();

 private:
  EventLog log_;
  std::map<int, Event> open_;
  int64_t time_ns_ = 0;
};

}  // namespace cutset::history
