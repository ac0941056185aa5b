// Any bytes as a history: refused with its place, or read, written and read again as the
// same events; every checker ends on it.
//
//   fuzz_history -max_total_time=60 CORPUS
#include <cstddef>
#include <cstdint>
#include <string>

#include "history/checkers/checkers.h"
#include "history/edn.h"
#include "history/event_reader.h"
#include "history/event_writer.h"

#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::history;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto log = parse_history(text, "input");
  if (!log.ok()) {
    CHECK(log.error().line > 0 && log.error().column > 0);
    return 0;
  }
  std::string written = line_of(log->header);
  for (const Event& event : log->events) written += line_of(event);
  const auto again = parse_history(written, "written");
  CHECK(again.ok());
  CHECK(again->header == log->header);
  CHECK(again->events.size() == log->events.size());
  for (size_t i = 0; i < log->events.size(); ++i) {
    CHECK(again->events[i].same_as(log->events[i]));
  }
  to_edn(*log);
  const History history = pair_operations(*log);
  SearchBounds bounds;
  bounds.most_states = 10'000;
  check_linearizable(history, bounds);
  check_acknowledged_writes(history);
  check_staleness(history, std::chrono::seconds(1));
  check_mutual_exclusion(history, std::chrono::seconds(1));
  check_queue(history, {});
  check_recovery(history, std::chrono::seconds(1));
  return 0;
}
