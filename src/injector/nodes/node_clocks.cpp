#include "injector/nodes/node_clocks.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <variant>

#include "history/event_reader.h"
#include "history/event_writer.h"

#include "base/text.h"

namespace cutset::injector {

namespace {

using play::ClockOffset;
using play::HostRecord;

bool may_be_equal(const ClockOffset& one, const ClockOffset& other) {
  return std::llabs(one.offset_ns - other.offset_ns) <= one.error_ns + other.error_ns;
}

/// 0: no line has one.
int64_t last_time_ns(const std::string& lines) {
  const std::string_view text = trim(lines);
  const size_t begin = text.rfind('\n');
  const auto last = history::parse_line(
      begin == std::string_view::npos ? text : text.substr(begin + 1));
  if (!last || !std::holds_alternative<history::Event>(*last)) return 0;
  return std::get<history::Event>(*last).time_ns.value_or(0);
}

}  // namespace

NodeClocks node_clocks(const std::vector<HostRecord>& hosts,
                       const std::string& clients_on, const std::string& own_boot_id) {
  NodeClocks clocks;
  for (const HostRecord& host : hosts) {
    const ClockOffset* best = &host.clock;
    for (const HostRecord& other : hosts) {
      const bool one_kernel = !host.boot_id.empty() && other.boot_id == host.boot_id;
      if (one_kernel && other.clock.error_ns < best->error_ns &&
          may_be_equal(other.clock, host.clock)) {
        best = &other.clock;
      }
    }
    const bool ours = !own_boot_id.empty() && host.boot_id == own_boot_id &&
                      may_be_equal(host.clock, ClockOffset{});
    clocks.offsets[host.name] = ours ? 0 : best->offset_ns;
    if (host.name == clients_on) clocks.clients_elsewhere = !ours;
  }
  return clocks;
}

OwnTime own_time() {
  using std::chrono::nanoseconds;
  const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
  return {play::now_utc_ns(), std::chrono::duration_cast<nanoseconds>(monotonic).count()};
}

Result<std::string> history_by_our_clock(const std::string& lines, int64_t offset_ns,
                                         OwnTime now) {
  const size_t end = lines.find('\n');
  const auto first = history::parse_line(std::string_view(lines).substr(0, end));
  if (!first) return first.error();
  if (end == std::string::npos || !std::holds_alternative<history::Header>(*first) ||
      !std::get<history::Header>(*first).started_unix_ns) {
    return Error::bad_input(
        "the workload's output does not begin with the header of a history");
  }
  history::Header header = std::get<history::Header>(*first);
  const int64_t started_ns = *header.started_unix_ns - offset_ns;
  header.started_unix_ns = started_ns;
  // What it wrote was written before now, however well the clocks are compared.
  const int64_t since_ns = std::max(now.utc_ns - started_ns, last_time_ns(lines));
  header.started_monotonic_ns = now.monotonic_ns - since_ns;
  return history::line_of(header) + lines.substr(end + 1);
}

}  // namespace cutset::injector
