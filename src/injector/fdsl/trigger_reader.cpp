#include <fmt/format.h>

#include "injector/fdsl/names.h"
#include "injector/fdsl/readers.h"

namespace cutset::injector::fdsl {

namespace {

const std::vector<std::string> kTriggers = {"message", "call", "span", "log", "moment"};
const std::vector<std::string> kCrashPoints = {"span", "call", "message", "log",
                                               "syscall"};

/// Where a trigger stands: in `when` it names its service, in `crash.at` it is the
/// target's own.
enum class Owner { kNamed, kTarget };

template <typename Edge, typename NamesTable>
Edge read_edge(Reading& reading, YamlSection& section, const NamesTable& names,
               Edge usual) {
  const YamlNode* found = section.take("edge");
  if (found == nullptr) return usual;
  return reading.one_of(*found, section.path("edge"), names).value_or(usual);
}

std::string read_required(Reading& reading, YamlSection& section,
                          const std::string& key) {
  const YamlNode* found = section.require(key);
  if (found == nullptr) return "";
  return reading.word(*found, section.path(key)).value_or("");
}

/// service and specific.
Endpoint read_owner(Reading& reading, YamlSection& section, Owner owner) {
  Endpoint endpoint;
  if (owner == Owner::kTarget) return endpoint;
  endpoint.service = read_required(reading, section, "service");
  if (!endpoint.service.empty()) {
    const YamlNode& node = *section.take("service");
    reading.check_service({node.line, node.column}, endpoint.service);
  }
  if (const YamlNode* found = section.take("specific")) {
    endpoint.slots = read_slots(reading, *found, section.path("specific"));
    if (found->is_list() && found->items.empty()) {
      reading.problem(*found, section.path("specific") + ": leave it out for all");
    }
  }
  return endpoint;
}

MessageTrigger read_message(Reading& reading, YamlSection& section) {
  MessageTrigger trigger;
  for (const std::string key : {"from", "to"}) {
    const YamlNode* found = section.require(key);
    if (found == nullptr) continue;
    const auto endpoint = read_endpoint(reading, *found, section.path(key));
    if (endpoint) (key == "from" ? trigger.from : trigger.to) = *endpoint;
  }
  trigger.framing = read_framing(reading, section,
                                 "messages of a TCP stream can be counted only if it is "
                                 "known where they begin")
                        .value_or(Framing::kDatagram);
  if (const YamlNode* found = section.take("operation")) {
    trigger.operation = reading.word(*found, section.path("operation")).value_or("");
  }
  trigger.nth = read_nth(reading, section, "nth");
  trigger.edge = read_edge(reading, section, kMessageEdges, MessageEdge::kSend);
  return trigger;
}

SpanTrigger read_span(Reading& reading, YamlSection& section, Owner owner) {
  SpanTrigger trigger;
  trigger.on = read_owner(reading, section, owner);
  trigger.operation = read_required(reading, section, "operation");
  trigger.nth = read_nth(reading, section, "nth");
  trigger.edge = read_edge(reading, section, kSpanEdges, SpanEdge::kStart);
  return trigger;
}

std::optional<CallTrigger> read_call(Reading& reading, const std::string& service,
                                     YamlSection& section) {
  CallTrigger trigger;
  trigger.service = service;
  if (const YamlNode* found = section.take("service"); found && service.empty()) {
    trigger.service = reading.word(*found, section.path("service")).value_or("");
    reading.check_service({found->line, found->column}, trigger.service);
  } else if (found != nullptr) {
    reading.problem(*found, section.path("service") + ": it is the fault's own service");
  }
  const bool by_identity = section.take("call") != nullptr;
  if (trigger.service.empty() && !by_identity && section.node().is_map()) {
    reading.problem(section.node(), section.path("service") +
                                        ": the callee is missing (or \"call\", the whole "
                                        "identity)");
  }
  const auto match = read_call_match(reading, trigger.service, section, Count::kRefused);
  trigger.edge = read_edge(reading, section, kSpanEdges, SpanEdge::kStart);
  if (!match) return std::nullopt;
  trigger.call = *match;
  if (match->call && trigger.service.empty()) {
    trigger.service = match->call->points.back().callee;
    const YamlNode& call = *section.take("call");
    reading.check_service({call.line, call.column}, trigger.service);
  }
  return trigger;
}

LogTrigger read_log(Reading& reading, YamlSection& section, Owner owner) {
  LogTrigger trigger;
  trigger.on = read_owner(reading, section, owner);
  trigger.matches = read_required(reading, section, "matches");
  if (!trigger.matches.empty()) {
    reading.yaml().pattern(*section.take("matches"), section.path("matches"));
  }
  trigger.nth = read_nth(reading, section, "nth");
  return trigger;
}

SyscallTrigger read_syscall(Reading& reading, YamlSection& section) {
  SyscallTrigger trigger;
  trigger.name = read_required(reading, section, "name");
  const bool is_name = trigger.name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!is_name) {
    reading.problem(*section.take("name"),
                    fmt::format("{}: expected the name of a system call (\"fsync\"), "
                                "found \"{:.100}\"",
                                section.path("name"), trigger.name));
  }
  if (const YamlNode* found = section.take("path")) {
    trigger.path = reading.word(*found, section.path("path")).value_or("");
  }
  trigger.nth = read_nth(reading, section, "nth");
  trigger.edge = read_edge(reading, section, kSyscallEdges, SyscallEdge::kBefore);
  return trigger;
}

AfterMoment read_after(Reading& reading, YamlSection& section) {
  AfterMoment trigger;
  trigger.name = read_required(reading, section, "name");
  trigger.after = reading.time(section, "after", Reading::Need::kOptional, 0)
                      .value_or(Milliseconds(0));
  return trigger;
}

}  // namespace

std::optional<Trigger> read_trigger(Reading& reading, const YamlNode& node) {
  const YamlEntry* entry = reading.only_key(node, "when", kTriggers);
  if (entry == nullptr) return std::nullopt;
  YamlSection section(reading.yaml(), entry->value, "when." + entry->key);
  std::optional<Trigger> trigger;
  if (entry->key == "message") trigger = read_message(reading, section);
  if (entry->key == "call") trigger = read_call(reading, "", section);
  if (entry->key == "span") trigger = read_span(reading, section, Owner::kNamed);
  if (entry->key == "log") trigger = read_log(reading, section, Owner::kNamed);
  if (entry->key == "moment") trigger = read_after(reading, section);
  section.finish();
  return trigger;
}

std::optional<CrashPoint> read_crash_point(Reading& reading, const std::string& service,
                                           const YamlNode& node) {
  const YamlEntry* entry = reading.only_key(node, "crash.at", kCrashPoints);
  if (entry == nullptr) return std::nullopt;
  YamlSection section(reading.yaml(), entry->value, "crash.at." + entry->key);
  std::optional<CrashPoint> point;
  if (entry->key == "message") point = read_message(reading, section);
  if (entry->key == "call") point = read_call(reading, service, section);
  if (entry->key == "span") point = read_span(reading, section, Owner::kTarget);
  if (entry->key == "log") point = read_log(reading, section, Owner::kTarget);
  if (entry->key == "syscall") point = read_syscall(reading, section);
  section.finish();
  return point;
}

}  // namespace cutset::injector::fdsl
