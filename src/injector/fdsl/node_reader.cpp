#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/readers.h"

namespace cutset::injector::fdsl {

namespace {

constexpr int64_t kMostCores = 1024;
constexpr int64_t kMostMegabytes = 16 * 1024 * 1024;
constexpr int64_t kLargestOffsetMs = int64_t{366} * 24 * 3600 * 1000;

/// A path that is wiped or filled: absolute, not the root, no "..".
std::string read_own_path(Reading& reading, YamlSection& section) {
  const YamlNode* found = section.require("path");
  if (found == nullptr) return "";
  const std::string what = section.path("path");
  const auto path = reading.word(*found, what);
  if (!path) return "";
  const std::vector<std::string> parts = split(*path, "/");
  const bool climbs = std::find(parts.begin(), parts.end(), "..") != parts.end();
  const bool names_something = path->find_first_not_of("/.") != std::string::npos;
  if (!path->starts_with('/') || climbs || !names_something) {
    reading.problem(*found,
                    fmt::format("{}: expected an absolute path below the root without "
                                "\"..\", found \"{}\"",
                                what, *path));
  }
  return *path;
}

int64_t read_amount(Reading& reading, YamlSection& section, const std::string& key,
                    int64_t most) {
  const YamlNode* found = section.require(key);
  if (found == nullptr) return 1;
  return reading.whole(*found, section.path(key), 1, most).value_or(1);
}

Milliseconds read_duration(Reading& reading, YamlSection& section) {
  return reading.time(section, "duration", Reading::Need::kRequired, 1)
      .value_or(Milliseconds(1000));
}

Crash read_crash(Reading& reading, const std::string& service, YamlSection& section) {
  Crash crash;
  if (const YamlNode* found = section.take("at")) {
    crash.at = read_crash_point(reading, service, *found);
  }
  if (const YamlNode* found = section.take("signal")) {
    crash.signal = read_signal(reading, *found, "crash.signal").value_or("SIGKILL");
  }
  crash.restart_after =
      reading.time(section, "restart_after", Reading::Need::kOptional, 0);
  return crash;
}

ClockOffset read_clock_offset(Reading& reading, YamlSection& section) {
  ClockOffset clock;
  if (const YamlNode* found = section.require("milliseconds")) {
    const auto value = reading.whole(*found, "clock_offset.milliseconds",
                                     -kLargestOffsetMs, kLargestOffsetMs);
    clock.offset = Milliseconds(value.value_or(1));
    if (value && *value == 0) {
      reading.problem(*found, "clock_offset.milliseconds: 0 changes nothing");
    }
  }
  clock.lasting = read_lasting(reading, section);
  return clock;
}

}  // namespace

Lasting read_lasting(Reading& reading, YamlSection& section) {
  Lasting lasting;
  lasting.duration = reading.time(section, "duration", Reading::Need::kOptional, 1);
  if (const YamlNode* found = section.take("label")) {
    lasting.label = reading.word(*found, section.path("label")).value_or("");
  }
  return lasting;
}

std::optional<Fault> read_node_fault(Reading& reading, const std::string& service,
                                     const std::string& key, const YamlNode& node) {
  // These two say enough with nothing: "crash:", "pause:".
  if (node.is_null() && key == "crash") return Crash{};
  if (node.is_null() && key == "pause") return Pause{};
  YamlSection section(reading.yaml(), node, key);
  std::optional<Fault> fault;
  if (key == "crash") fault = read_crash(reading, service, section);
  if (key == "pause") fault = Pause{read_lasting(reading, section)};
  if (key == "disk_wipe") fault = DiskWipe{read_own_path(reading, section)};
  if (key == "clock_offset") fault = read_clock_offset(reading, section);
  if (key == "cpu_pressure") {
    const int64_t cores = read_amount(reading, section, "cores", kMostCores);
    fault = CpuPressure{cores, read_duration(reading, section)};
  }
  if (key == "memory_pressure") {
    const int64_t megabytes = read_amount(reading, section, "megabytes", kMostMegabytes);
    fault = MemoryPressure{megabytes, read_duration(reading, section)};
  }
  if (key == "disk_pressure") {
    std::string path = read_own_path(reading, section);
    const int64_t megabytes = read_amount(reading, section, "megabytes", kMostMegabytes);
    fault = DiskPressure{std::move(path), megabytes, read_duration(reading, section)};
  }
  section.finish();
  return fault;
}

}  // namespace cutset::injector::fdsl
