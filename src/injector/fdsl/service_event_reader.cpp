#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/readers.h"
#include "injector/fdsl/yaml11.h"

namespace cutset::injector::fdsl {

namespace {

const std::vector<std::string> kServiceEvents = {"start", "stop",    "fault",
                                                 "heal",  "restart", "resume"};
const std::vector<std::string> kTargets = {"amount", "percentage", "specific"};

struct TargetRule {
  std::string what;
  bool slots = true;  // whether `specific` is allowed
  int highest_percentage = 100;
};

/// amount and percentage.
std::optional<int> read_number(Reading& reading, const YamlEntry& entry,
                               const TargetRule& rule) {
  const std::string what = rule.what + "." + entry.key;
  const YamlNode& value = entry.value;
  const bool percentage = entry.key == "percentage";
  if (percentage && value.is_scalar() && value.text.ends_with('%')) {
    reading.problem(value, fmt::format("{}: expected a whole number, found \"{}\"; write "
                                       "it without the %",
                                       what, value.text));
    return std::nullopt;
  }
  const int high = percentage ? rule.highest_percentage : kMostInstances;
  const auto nobody = value.is_scalar() ? yaml11_number(value.text) : std::nullopt;
  if (nobody && nobody->value == 0 && reading.version() == 1) {
    reading.warn(value,
                 fmt::format("{}: {} is nobody: the event is left out, as FaultSee's "
                             "master does; its local controllers refuse the file",
                             what, value.text));
    return std::nullopt;
  }
  const auto number = reading.whole(value, what, 1, high, Reading::Quoted::kQuirk);
  if (!number) return std::nullopt;
  return static_cast<int>(*number);
}

/// Of several keys FaultSee's master takes the first of amount, percentage, specific.
const YamlEntry* chosen_key(Reading& reading, const YamlNode& node,
                            const TargetRule& rule) {
  const bool known =
      std::all_of(node.entries.begin(), node.entries.end(), [](const YamlEntry& entry) {
        return std::find(kTargets.begin(), kTargets.end(), entry.key) != kTargets.end();
      });
  if (!node.is_map() || node.entries.size() < 2 || !known || reading.version() != 1) {
    return reading.only_key(node, rule.what, kTargets);
  }
  const YamlEntry* first = &node.entries.front();
  for (const YamlEntry& entry : node.entries) {
    if (entry.key < first->key) first = &entry;  // the precedence is the alphabet's
  }
  reading.warn(node,
               fmt::format("{}: of several keys \"{}\" is taken, as FaultSee's master "
                           "does; its local controllers refuse the file; write one",
                           rule.what, first->key));
  return first;
}

void warn_of_nobody(Reading& reading, const YamlNode& node, const std::string& what) {
  if (!node.is_list() || !node.items.empty()) return;
  reading.warn(node, what + ".specific: an empty list: nobody is hit");
}

/// Nothing where the event is to be left out.
std::optional<Target> read_target(Reading& reading, const YamlNode& node,
                                  const TargetRule& rule) {
  const YamlEntry* entry = chosen_key(reading, node, rule);
  if (entry == nullptr) return std::nullopt;
  Target target;
  if (entry->key == "specific") {
    if (!rule.slots) {
      reading.yaml().problem_at(
          entry->line, entry->column,
          fmt::format("{}: \"specific\" is not allowed: new instances get the next free "
                      "slots; use amount (FDSL 2 has restart for the same slot)",
                      rule.what));
      return std::nullopt;
    }
    target.slots = read_slots(reading, entry->value, rule.what + ".specific");
    warn_of_nobody(reading, entry->value, rule.what);
    return target;
  }
  target.kind =
      entry->key == "amount" ? Target::Kind::kAmount : Target::Kind::kPercentage;
  const std::optional<int> number = read_number(reading, *entry, rule);
  if (!number) return std::nullopt;
  target.number = *number;
  return target;
}

std::optional<Action> read_inject(Reading& reading, const std::string& service,
                                  const YamlNode& node) {
  YamlSection section(reading.yaml(), node, "fault");
  std::optional<Target> target;
  if (const YamlNode* found = section.require("target")) {
    target = read_target(reading, *found, {"target"});
  }
  std::optional<std::string> kind;
  for (const std::string& key : fault_keys()) {
    if (section.take(key) == nullptr) continue;
    if (kind) {
      reading.problem(node,
                      fmt::format("fault: \"{}\" and \"{}\" exclude each other; write "
                                  "two events",
                                  *kind, key));
      return std::nullopt;
    }
    kind = key;
  }
  section.require_any(fault_keys());
  section.finish();
  if (!kind) return std::nullopt;
  const YamlNode& value = *section.take(*kind);
  std::optional<Fault> fault = read_fault(reading, service, *kind, value);
  if (!fault || !target) return std::nullopt;
  const std::set<int> different(target->slots.begin(), target->slots.end());
  if (different.size() != target->slots.size()) {
    const std::string twice = "target.specific: the same slot twice: ";
    if (kills(*fault)) {
      reading.problem(node, twice + "it can be killed once");
      return std::nullopt;
    }
    reading.quirk(node, twice + "the fault is applied to it twice");
  }
  return Inject{std::move(*target), std::move(*fault)};
}

std::optional<Action> read_slots_action(Reading& reading, const YamlEntry& event) {
  YamlSection section(reading.yaml(), event.value, event.key);
  std::vector<int> slots;
  const YamlNode* found = section.require("specific");
  if (found != nullptr) {
    slots = read_slots(reading, *found, event.key + ".specific");
    warn_of_nobody(reading, *found, event.key);
  }
  section.finish();
  if (event.key == "restart") return Restart{std::move(slots)};
  return Resume{std::move(slots)};
}

std::optional<Action> read_action(Reading& reading, const std::string& service,
                                  const YamlEntry& event) {
  const std::string& key = event.key;
  if (key == "fault") return read_inject(reading, service, event.value);
  if (key == "start") {
    const auto count = read_target(reading, event.value, {key, false, kMostInstances});
    if (!count) return std::nullopt;
    return Start{*count};
  }
  if (key == "stop") {
    const auto target = read_target(reading, event.value, {key});
    if (!target) return std::nullopt;
    const std::set<int> different(target->slots.begin(), target->slots.end());
    if (different.size() != target->slots.size()) {
      reading.problem(event.value, "stop.specific: the same slot twice");
    }
    return Stop{*target};
  }
  reading.extension({event.line, event.column}, "\"" + key + "\"");
  if (key != "heal") return read_slots_action(reading, event);
  YamlSection section(reading.yaml(), event.value, key);
  Heal heal;
  if (const YamlNode* found = section.require("label")) {
    heal.label = reading.word(*found, "heal.label").value_or("");
  }
  section.finish();
  return heal;
}

bool is_old_dialect(Reading& reading, const YamlNode& item) {
  if (!item.is_map() || item.entries.size() != 1) return false;
  const YamlEntry& entry = item.entries.front();
  const std::string key = entry.key;
  if (key != "add" && key != "rm" && key != "kill" && key != "custom") return false;
  const char* now = key == "add"  ? "start: {amount: N}"
                    : key == "rm" ? "stop: {amount: N}"
                                  : "fault: {target: .., kill: }, custom likewise";
  reading.yaml().problem_at(
      entry.line, entry.column,
      fmt::format("\"{}\" is FaultSee's dialect before FDSL; write \"{}\"", key, now));
  return true;
}

}  // namespace

std::vector<int> read_slots(Reading& reading, const YamlNode& node,
                            const std::string& what) {
  std::vector<int> slots;
  if (!node.is_list()) {
    reading.problem(
        node, fmt::format("{}: expected a list of slots, found {}; write [{}] "
                          "(they count from 0)",
                          what, node.described(), node.is_scalar() ? node.text : "0"));
    return slots;
  }
  for (const YamlNode& item : node.items) {
    const auto slot = reading.whole(item, what, 0, 2 * kMostInstances);
    if (slot) slots.push_back(static_cast<int>(*slot));
  }
  if (slots.size() > kMostInstances) {
    reading.problem(node, fmt::format("{}: more than {} slots", what, kMostInstances));
    slots.clear();
  }
  return slots;
}

void read_service_events(Reading& reading, const YamlEntry& service, Moment& moment) {
  const std::string what = "services." + service.key;
  if (service.value.is_null()) {
    reading.quirk(service.value,
                  what + ": nothing: FaultSee's master fails on it; write [] for none");
    return;
  }
  for (const YamlNode& item : reading.yaml().list(service.value, what)) {
    if (is_old_dialect(reading, item)) continue;
    const YamlEntry* event = reading.only_key(item, what, kServiceEvents);
    if (event == nullptr) continue;
    std::optional<Action> action = read_action(reading, service.key, *event);
    if (!action) continue;
    moment.events.push_back(
        {service.key, std::move(*action), {event->line, event->column}});
  }
}

}  // namespace cutset::injector::fdsl
