#include "history_testing.h"

#include <gtest/gtest.h>

namespace cutset::history {

History history_of(const std::string& lines) {
  const Result<EventLog> log = parse_history(lines, "test");
  EXPECT_TRUE(log.ok()) << log.error().text();
  return pair_operations(*log);
}

void HistoryWriter::invoke(int process, const std::string& f, const std::string& key,
                           Value value, const std::string& phase) {
  Event event;
  event.process = process;
  event.f = f;
  if (!key.empty()) event.key = Value::of_text(key);
  event.value = std::move(value);
  event.phase = phase;
  event.time_ns = ++time_ns_;
  event.line = static_cast<int>(log_.events.size()) + 1;
  open_[process] = event;
  log_.events.push_back(std::move(event));
}

void HistoryWriter::complete(int process, EventType type, std::optional<Value> value) {
  Event event = open_.at(process);
  open_.erase(process);
  event.type = type;
  if (value) event.value = std::move(value);
  event.time_ns = ++time_ns_;
  event.line = static_cast<int>(log_.events.size()) + 1;
  log_.events.push_back(std::move(event));
}

void HistoryWriter::remark(const std::string& f) {
  Event event;
  event.remark_of = "faults";
  event.type = EventType::kInfo;
  event.f = f;
  event.time_ns = ++time_ns_;
  event.line = static_cast<int>(log_.events.size()) + 1;
  log_.events.push_back(std::move(event));
}

History HistoryWriter::take() {
  History history = pair_operations(log_);
  log_ = {};
  open_.clear();
  return history;
}

}  // namespace cutset::history
