#include <fmt/format.h>

#include "injector/fdsl/names.h"
#include "injector/fdsl/readers.h"

namespace cutset::injector::fdsl {

namespace {

constexpr int64_t kLongestDelayMs = 600'000;
constexpr size_t kMostEndpoints = 1'000;

std::vector<Endpoint> read_to(Reading& reading, YamlSection& section) {
  std::vector<Endpoint> endpoints;
  const YamlNode* found = section.require("to");
  if (found == nullptr) return endpoints;
  const std::string what = section.path("to");
  const std::vector<YamlNode>& items = reading.yaml().list(*found, what);
  if (found->is_list() && (items.empty() || items.size() > kMostEndpoints)) {
    reading.problem(*found, fmt::format("{}: expected 1 to {} endpoints, found {}", what,
                                        kMostEndpoints, items.size()));
  }
  for (const YamlNode& item : items) {
    if (auto endpoint = read_endpoint(reading, item, what)) {
      endpoints.push_back(std::move(*endpoint));
    }
  }
  return endpoints;
}

Direction read_direction(Reading& reading, YamlSection& section) {
  const YamlNode* found = section.take("direction");
  if (found == nullptr) return Direction::kBoth;
  return reading.one_of(*found, section.path("direction"), kDirections)
      .value_or(Direction::kBoth);
}

/// nth, or first and last.
std::optional<MessageRange> read_range(Reading& reading, YamlSection& section) {
  const YamlNode* nth = section.take("nth");
  const YamlNode* first = section.take("first");
  const YamlNode* last = section.take("last");
  if (nth == nullptr && first == nullptr && last == nullptr) return std::nullopt;
  if (nth != nullptr && (first != nullptr || last != nullptr)) {
    reading.problem(*nth, section.path("nth") + ": excludes first and last");
    return std::nullopt;
  }
  MessageRange range;
  if (nth != nullptr) {
    range.first = read_nth(reading, section, "nth");
    range.last = range.first;
    return range;
  }
  if (first == nullptr || last == nullptr) {
    reading.problem(first != nullptr ? *first : *last,
                    section.path("first") + ": \"first\" and \"last\" go together");
    return std::nullopt;
  }
  range.first = read_nth(reading, section, "first");
  range.last = read_nth(reading, section, "last");
  if (range.last < range.first) {
    reading.problem(*last, fmt::format("{}: {} is before first, {}", section.path("last"),
                                       range.last, range.first));
  }
  return range;
}

Partition read_partition(Reading& reading, YamlSection& section) {
  Partition partition;
  partition.to = read_to(reading, section);
  partition.direction = read_direction(reading, section);
  partition.lasting = read_lasting(reading, section);
  return partition;
}

Omission read_omission(Reading& reading, YamlSection& section) {
  Omission omission;
  omission.to = read_to(reading, section);
  omission.messages = read_range(reading, section);
  if (const YamlNode* found = section.take("message")) {
    omission.message = reading.word(*found, "omission.message").value_or("");
  }
  omission.framing =
      read_framing(
          reading, section,
          "nothing can be taken out of a TCP stream unless it is known where its "
          "messages begin; for a whole link use partition")
          .value_or(Framing::kDatagram);
  omission.lasting = read_lasting(reading, section);
  return omission;
}

Delay read_delay(Reading& reading, YamlSection& section) {
  Delay delay;
  delay.to = read_to(reading, section);
  if (const YamlNode* found = section.require("milliseconds")) {
    const auto value = reading.whole(*found, "delay.milliseconds", 1, kLongestDelayMs);
    delay.delay = Milliseconds(value.value_or(1));
  }
  if (const YamlNode* found = section.take("jitter")) {
    const auto value = reading.whole(*found, "delay.jitter", 0, kLongestDelayMs);
    delay.jitter = Milliseconds(value.value_or(0));
    if (delay.jitter > delay.delay) {
      reading.problem(*found, fmt::format("delay.jitter: {} is more than the delay of {}",
                                          delay.jitter.count(), delay.delay.count()));
    }
  }
  delay.messages = read_range(reading, section);
  if (delay.messages) {
    delay.framing = read_framing(reading, section,
                                 "messages of a TCP stream can be counted only if it is "
                                 "known where they begin");
  } else if (const YamlNode* found = section.take("framing")) {
    reading.problem(*found, "delay.framing: goes with nth, or first and last");
  }
  delay.lasting = read_lasting(reading, section);
  return delay;
}

Bandwidth read_bandwidth(Reading& reading, YamlSection& section) {
  Bandwidth bandwidth;
  bandwidth.to = read_to(reading, section);
  if (const YamlNode* found = section.require("kilobits_per_second")) {
    bandwidth.kilobits_per_second =
        reading.whole(*found, "bandwidth.kilobits_per_second", 1, kLargestCount)
            .value_or(1);
  }
  bandwidth.direction = read_direction(reading, section);
  bandwidth.lasting = read_lasting(reading, section);
  return bandwidth;
}

}  // namespace

std::optional<Endpoint> read_endpoint(Reading& reading, const YamlNode& node,
                                      const std::string& what) {
  Endpoint endpoint;
  YamlSection section(reading.yaml(), node, what);
  if (const YamlNode* found = section.require("service")) {
    endpoint.service = reading.word(*found, what + ".service").value_or("");
    if (!endpoint.service.empty()) {
      reading.check_service({found->line, found->column}, endpoint.service);
    }
  }
  if (const YamlNode* found = section.take("specific")) {
    endpoint.slots = read_slots(reading, *found, what + ".specific");
    if (found->is_list() && found->items.empty()) {
      reading.problem(*found, what + ".specific: expected slots; leave it out for all");
    }
  }
  section.finish();
  if (endpoint.service.empty()) return std::nullopt;
  return endpoint;
}

std::optional<Framing> read_framing(Reading& reading, YamlSection& section,
                                    const std::string& why) {
  const YamlNode* found = section.take("framing");
  if (found != nullptr) {
    return reading.one_of(*found, section.path("framing"), kFramings);
  }
  if (!section.node().is_map()) return std::nullopt;
  reading.problem(section.node(),
                  fmt::format("{}: the key is missing: {} (datagram, http1, http2, resp "
                              "or length_prefix)",
                              section.path("framing"), why));
  return std::nullopt;
}

std::optional<Fault> read_network_fault(Reading& reading, const std::string& key,
                                        const YamlNode& node) {
  YamlSection section(reading.yaml(), node, key);
  std::optional<Fault> fault;
  if (key == "partition") fault = read_partition(reading, section);
  if (key == "omission") fault = read_omission(reading, section);
  if (key == "delay") fault = read_delay(reading, section);
  if (key == "bandwidth") fault = read_bandwidth(reading, section);
  section.finish();
  return fault;
}

}  // namespace cutset::injector::fdsl
