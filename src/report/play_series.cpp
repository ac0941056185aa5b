// What the samples and events of a play say over time.
#include <algorithm>

#include "report/play_view.h"

namespace cutset::report {

namespace {

/// Nothing where a counter went back: the instance was started again.
std::optional<double> per_second(int64_t before, int64_t now, Seconds span) {
  if (now < before) return std::nullopt;
  return static_cast<double>(now - before) / span;
}

std::optional<double> known_per_second(int64_t before, int64_t now, Seconds span) {
  if (before == 0 && now == 0) return std::nullopt;
  return per_second(before, now, span);
}

std::optional<PlayedRate> rate_of(const PlayedSample& before, const PlayedSample& now) {
  PlayedRate rate;
  rate.time = now.time;
  rate.span = now.time - before.time;
  if (rate.span <= 0) return std::nullopt;
  const auto cpu = per_second(before.cpu_ns, now.cpu_ns, rate.span);
  const auto received = per_second(before.received_bytes, now.received_bytes, rate.span);
  const auto sent = per_second(before.sent_bytes, now.sent_bytes, rate.span);
  const auto read = per_second(before.read_bytes, now.read_bytes, rate.span);
  const auto written = per_second(before.written_bytes, now.written_bytes, rate.span);
  if (!cpu || !received || !sent || !read || !written) return std::nullopt;
  rate.cores = *cpu / 1e9;
  rate.memory_bytes = static_cast<double>(now.memory_bytes);
  rate.received = *received;
  rate.sent = *sent;
  rate.read = *read;
  rate.written = *written;
  rate.received_packets =
      known_per_second(before.received_packets, now.received_packets, rate.span);
  rate.sent_packets = known_per_second(before.sent_packets, now.sent_packets, rate.span);
  if (rate.received_packets) {
    rate.received_dropped =
        per_second(before.received_dropped, now.received_dropped, rate.span);
    rate.sent_dropped = per_second(before.sent_dropped, now.sent_dropped, rate.span);
  }
  if (now.cores > 0) rate.cpu_share = rate.cores / static_cast<double>(now.cores);
  if (now.memory_limit_bytes > 0) {
    rate.memory_share = rate.memory_bytes / static_cast<double>(now.memory_limit_bytes);
  }
  return rate;
}

}  // namespace

std::map<SampledThing, std::vector<PlayedRate>> rates_of(const PlayView& view) {
  std::map<SampledThing, const PlayedSample*> last;
  std::map<SampledThing, std::vector<PlayedRate>> rates;
  for (const PlayedSample& sample : view.samples) {
    const PlayedSample*& before = last[{sample.host, sample.instance}];
    if (before != nullptr) {
      if (const auto rate = rate_of(*before, sample)) {
        rates[{sample.host, sample.instance}].push_back(*rate);
      }
    }
    before = &sample;
  }
  return rates;
}

std::vector<PlayedSpan> spans_of(const PlayView& view) {
  std::vector<PlayedSpan> spans;
  std::map<std::string, size_t> open;
  for (const PlayedEvent& event : view.events) {
    if (event.instance.empty()) continue;
    const auto found = open.find(event.instance);
    if (event.kind == "instance_started" && found == open.end()) {
      open[event.instance] = spans.size();
      spans.push_back({event.instance, event.time, view.ended});
    } else if (event.kind == "instance_ended" && found != open.end()) {
      spans[found->second].to = event.time;
      open.erase(found);
    }
  }
  return spans;
}

}  // namespace cutset::report
