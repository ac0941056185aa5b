#include "injector/fdsl_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector {

namespace {

constexpr int64_t kLongestSeconds = 24 * 3600;
constexpr int kMostInstances = 10'000;

const std::vector<std::string> kEvents = {"beginning", "moment", "end"};
const std::vector<std::string> kServiceEvents = {"start", "stop", "fault", "heal",
                                                 "restart"};
const std::vector<std::string> kFaults = {"request",  "kill",   "signal",
                                          "cpu",      "custom", "partition",
                                          "omission", "delay",  "crash"};

std::string not_executable(const std::string& what) {
  return fmt::format(
      "{} is FDSL that this version cannot execute; it executes request faults that are "
      "armed at time 0 (fault: {{target: .., request: ..}})",
      what);
}

}  // namespace

void FdslReader::read(YamlSection& file) {
  if (const YamlNode* found = file.take("environment")) read_environment(*found);
  if (const YamlNode* found = file.require("events")) read_events(*found);
  if (const YamlNode* found = file.take("lineage")) read_lineage(*found);
  sort_faults(schedule_.faults);
}

void FdslReader::read_environment(const YamlNode& node) {
  if (node.is_null()) return;
  YamlSection section(reading_, node, "environment");
  if (const YamlNode* found = section.take("fdsl")) {
    const auto version = reading_.integer(*found, "environment.fdsl", 1, 1'000'000);
    if (version && *version > 2) {
      reading_.problem(
          *found, fmt::format("environment.fdsl: version {} is not known; this cutset "
                              "reads FDSL 1 and 2",
                              *version));
    }
    fdsl2_ = version && *version == 2;
  }
  if (const YamlNode* found = section.take("seed")) {
    schedule_.seed =
        reading_.integer(*found, "environment.seed", INT64_MIN, INT64_MAX).value_or(789);
  }
  if (const YamlNode* found = section.take("ntp_server")) {
    reading_.text(*found, "environment.ntp_server");  // known to FDSL 1, used by nobody
  }
  section.finish();
}

const YamlEntry* FdslReader::only_key(const YamlNode& node, const std::string& what,
                                      const std::vector<std::string>& known) {
  const std::vector<YamlEntry>& entries = reading_.map(node, what);
  if (!node.is_map()) return nullptr;
  if (entries.size() != 1) {
    const YamlEntry* second = entries.size() > 1 ? &entries[1] : nullptr;
    reading_.problem_at(
        second != nullptr ? second->line : node.line,
        second != nullptr ? second->column : node.column,
        fmt::format("{}: expected exactly one key, found {} (a \"-\" is missing, or "
                    "the indentation is wrong)",
                    what, entries.size()));
    return nullptr;
  }
  const YamlEntry& entry = entries.front();
  if (std::find(known.begin(), known.end(), entry.key) != known.end()) return &entry;
  reading_.problem_at(entry.line, entry.column,
                      fmt::format("{}: unknown key \"{}\"{} (known: {})", what, entry.key,
                                  suggestion(entry.key, known), join(known, ", ")));
  return nullptr;
}

void FdslReader::read_events(const YamlNode& node) {
  const std::vector<YamlNode>& items = reading_.list(node, "events");
  bool began = false;
  bool ended = false;
  bool malformed = false;  // it may have been meant to be the end
  for (const YamlNode& item : items) {
    const YamlEntry* event = only_key(item, "events", kEvents);
    malformed = malformed || event == nullptr;
    if (event == nullptr) continue;
    if (ended) {
      reading_.problem_at(
          event->line, event->column,
          fmt::format("\"{}\" after \"end\"; end is the last event", event->key));
    }
    if (event->key == "beginning") {
      if (began) {
        reading_.problem_at(event->line, event->column, "a second \"beginning\"");
      }
      began = true;
      read_beginning(event->value);
    } else if (event->key == "moment") {
      if (!began) {
        reading_.problem_at(event->line, event->column, "a moment before \"beginning\"");
      }
      began = true;
      read_moment(event->value);
    } else {
      ended = true;
      read_end(event->value);
    }
  }
  if (!node.is_list() || ended || malformed) return;
  reading_.problem(node, "events: the last event \"end: SECONDS\" is missing");
}

void FdslReader::read_beginning(const YamlNode& node) {
  for (const YamlEntry& entry : reading_.map(node, "beginning")) {
    const auto count =
        reading_.integer(entry.value, "beginning." + entry.key, 0, kMostInstances);
    if (count && *count != 1) {
      reading_.problem(
          entry.value,
          fmt::format("beginning.{}: this version runs one instance of each service, "
                      "found {}",
                      entry.key, *count));
    }
    schedule_.services.emplace_back(entry.key, static_cast<int>(count.value_or(1)));
  }
  std::sort(schedule_.services.begin(), schedule_.services.end());
}

void FdslReader::read_moment(const YamlNode& node) {
  YamlSection section(reading_, node, "moment");
  if (const YamlNode* when = section.take("when")) {
    reading_.problem(*when, not_executable("a moment with \"when\""));
  } else if (const YamlNode* time = section.require("time")) {
    const auto seconds = reading_.integer(*time, "moment.time", 0, kLongestSeconds);
    last_time_ = std::max(last_time_, seconds.value_or(0));
    if (seconds && *seconds != 0) {
      reading_.problem(*time,
                       not_executable(fmt::format("a moment at time {}", *seconds)));
    }
  }
  for (const std::string key : {"name", "timeout", "otherwise", "time_milliseconds"}) {
    const YamlNode* found = section.take(key);
    if (found != nullptr) {
      reading_.problem(*found, not_executable(fmt::format("\"{}\" of a moment", key)));
    }
  }
  const YamlNode* mark = section.take("mark");
  if (mark != nullptr) reading_.text(*mark, "moment.mark");
  const YamlNode* services = section.take("services");
  if (services != nullptr && !services->is_null()) {
    for (const YamlEntry& entry : reading_.map(*services, "moment.services")) {
      read_service_events(entry);
    }
  } else if (mark == nullptr && node.is_map()) {
    reading_.problem(node, "moment: expected \"services\" or \"mark\"");
  }
  section.finish();
}

bool FdslReader::has_service(const std::string& name) const {
  return std::any_of(schedule_.services.begin(), schedule_.services.end(),
                     [&](const auto& service) { return service.first == name; });
}

void FdslReader::read_service_events(const YamlEntry& service) {
  if (!has_service(service.key)) {
    std::vector<std::string> names;
    for (const auto& [name, count] : schedule_.services) names.push_back(name);
    reading_.problem_at(service.line, service.column,
                        fmt::format("the service \"{}\" is not in \"beginning\"{}",
                                    service.key, suggestion(service.key, names)));
  }
  const std::string what = "services." + service.key;
  for (const YamlNode& item : reading_.list(service.value, what)) {
    const YamlEntry* event = only_key(item, what, kServiceEvents);
    if (event == nullptr) continue;
    if (event->key == "fault") {
      read_fault(service.key, event->value);
    } else {
      reading_.problem_at(event->line, event->column,
                          not_executable(fmt::format("\"{}\"", event->key)));
    }
  }
}

void FdslReader::read_fault(const std::string& service, const YamlNode& node) {
  YamlSection section(reading_, node, "fault");
  if (const YamlNode* target = section.require("target")) read_target(*target);
  const std::optional<std::string> kind = section.one_of(kFaults);
  section.finish();
  if (!kind) return;
  const YamlNode& value = *section.take(*kind);
  if (*kind != "request") {
    reading_.problem(value.is_null() ? node : value,
                     not_executable(fmt::format("the fault \"{}\"", *kind)));
    return;
  }
  if (!fdsl2_) {
    reading_.problem(value,
                     "request faults are FDSL 2: write \"environment: {fdsl: 2}\"");
  }
  read_request(service, value);
}

void FdslReader::read_target(const YamlNode& node) {
  const YamlEntry* entry = only_key(node, "target", {"specific", "amount", "percentage"});
  if (entry == nullptr) return;
  const YamlNode& value = entry->value;
  if (entry->key == "specific") {
    const std::vector<YamlNode>& items = reading_.list(value, "target.specific");
    for (const YamlNode& item : items) {
      const auto slot = reading_.integer(item, "target.specific", 0, kMostInstances);
      if (slot && *slot != 0) {
        reading_.problem(
            item, fmt::format("target.specific: instance {} does not exist; there is "
                              "only 0 (they count from 0)",
                              *slot));
      }
    }
    if (value.is_list() && items.size() != 1) {
      reading_.problem(
          value,
          fmt::format("target.specific: expected [0], found {} instances", items.size()));
    }
    return;
  }
  const std::string what = "target." + entry->key;
  const auto count = reading_.integer(value, what, 1, kMostInstances);
  if (count && entry->key == "amount" && *count != 1) {
    reading_.problem(value, fmt::format("target.amount: {} of 1 instance", *count));
  }
}

void FdslReader::read_end(const YamlNode& node) {
  const auto seconds = reading_.integer(node, "end", 0, kLongestSeconds);
  if (!seconds) return;
  schedule_.end_seconds = *seconds;
  if (*seconds < last_time_) {
    reading_.problem(
        node, fmt::format("end: {} is before the moment at {}", *seconds, last_time_));
  }
}

void FdslReader::read_lineage(const YamlNode& node) {
  YamlSection section(reading_, node, "lineage");
  if (const YamlNode* found = section.take("run")) {
    schedule_.run = reading_.text(*found, "lineage.run").value_or("");
  }
  if (const YamlNode* found = section.take("goal")) {
    schedule_.goal = reading_.text(*found, "lineage.goal").value_or("");
  }
  if (const YamlNode* found = section.take("faults")) {
    schedule_.fault_texts = reading_.texts(*found, "lineage.faults");
  }
  section.finish();
}

}  // namespace cutset::injector
