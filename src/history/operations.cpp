#include "history/operations.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::history {

namespace {

Operation invocation(const Event& event, Moment moment) {
  Operation operation;
  operation.process = *event.process;
  operation.f = event.f;
  operation.key = event.key.value_or(Value::nothing());
  operation.argument = event.value.value_or(Value::nothing());
  operation.value = operation.argument;
  operation.token = event.token.value_or("");
  operation.phase = event.phase;
  operation.endpoint = event.endpoint;
  operation.invoked = moment;
  operation.invoked_ns = event.time_ns.value_or(0);
  operation.line = event.line;
  return operation;
}

void complete(Operation& operation, const Event& event, Moment moment) {
  operation.type = event.type;
  if (event.value) operation.value = *event.value;
  if (event.token) operation.token = *event.token;
  if (!event.phase.empty()) operation.phase = event.phase;
  if (!event.endpoint.empty()) operation.endpoint = event.endpoint;
  operation.error = event.error;
  operation.completed_ns = event.time_ns.value_or(0);
  operation.completed_line = event.line;
  operation.completed = event.type == EventType::kInfo ? kNever : moment;
}

}  // namespace

std::string seconds_text(int64_t nanoseconds) {
  return fmt::format("{}.{:03} s", nanoseconds / 1'000'000'000,
                     nanoseconds / 1'000'000 % 1000);
}

std::string Operation::shown() const {
  std::string out = one_line(f);
  if (!key.is_nothing()) out += " " + key.shown();
  const bool answered = ok() && !(value == argument);
  if (answered) {
    out += (argument.is_nothing() ? "" : " " + argument.shown()) + " -> " + value.shown();
  } else if (!argument.is_nothing()) {
    out += " = " + argument.shown();
  } else if (ok() && (f == "read" || f == "dequeue")) {
    out += " -> nothing";
  }
  out += fmt::format(" by process {} (line {}, ", process, line);
  const bool timed = invoked_ns > 0 || completed_ns > 0;
  const std::string began = timed ? " at " + seconds_text(invoked_ns) : "";
  const std::string ended = timed ? " at " + seconds_text(completed_ns) : "";
  if (ok()) return out + "acknowledged" + ended + ")";
  if (failed()) return out + "failed" + ended + ")";
  return out + "invoked" + began + ", never known to have happened)";
}

size_t History::count(EventType type) const {
  return static_cast<size_t>(
      std::count_if(operations.begin(), operations.end(),
                    [&](const Operation& operation) { return operation.type == type; }));
}

History pair_operations(const EventLog& log) {
  History history;
  history.header = log.header;
  std::map<int64_t, size_t> open;
  Moment moment = 0;
  int64_t last_ns = 0;
  for (const Event& event : log.events) {
    ++moment;
    history.has_times = history.has_times && event.time_ns.has_value();
    last_ns = event.time_ns.value_or(last_ns);
    if (!event.process) {
      history.remarks.push_back({event.remark_of, event.f,
                                 event.value.value_or(Value::nothing()), event.error,
                                 moment, last_ns, event.line});
      continue;
    }
    if (event.type == EventType::kInvoke) {
      const bool fresh = open.emplace(*event.process, history.operations.size()).second;
      CHECK(fresh);
      history.operations.push_back(invocation(event, moment));
      continue;
    }
    const auto found = open.find(*event.process);
    CHECK(found != open.end());
    complete(history.operations[found->second], event, moment);
    open.erase(found);
  }
  return history;
}

}  // namespace cutset::history
