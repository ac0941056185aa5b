#include <set>

#include <fmt/format.h>

#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

constexpr Milliseconds kLongestSettle{600'000};  // what the agent allows

}  // namespace

void ConfigReader::read_faults(const YamlNode& node) {
  YamlSection section(reading_, node, "faults");
  if (const YamlNode* found = section.take("modes")) read_modes(*found);
  if (const YamlNode* found = section.take("exclude")) {
    read_selectors(*found, "faults.exclude", config_.exclude);
  }
  section.finish();
}

void ConfigReader::read_modes(const YamlNode& node) {
  config_.modes.clear();
  std::set<std::string> texts;
  const std::vector<YamlNode>& items = reading_.list(node, "faults.modes");
  if (node.is_list() && items.empty()) {
    reading_.problem(node, "faults.modes: expected at least one");
  }
  for (const YamlNode& item : items) {
    const auto text = reading_.text(item, "faults.modes");
    if (!text) continue;
    ModeConfig mode;
    if (*text == "delay") {
      mode.automatic_delay = true;
    } else {
      const Result<identity::FaultMode> parsed = identity::parse_fault_mode(*text);
      if (!parsed) {
        reading_.problem(item, "faults.modes: " + parsed.error().message);
        continue;
      }
      mode.mode = *parsed;
    }
    if (!texts.insert(mode.text()).second) {
      reading_.problem(
          item, fmt::format("faults.modes: \"{}\" stands here twice", mode.text()));
      continue;
    }
    config_.modes.push_back(mode);
  }
}

void ConfigReader::read_budget(const YamlNode& node) {
  YamlSection section(reading_, node, "budget");
  if (const YamlNode* found = section.take("faults")) {
    config_.budget_faults =
        static_cast<int>(reading_.integer(*found, "budget.faults", 0, 100).value_or(2));
  }
  if (const YamlNode* found = section.take("experiments")) {
    if (auto count = reading_.integer(*found, "budget.experiments", 1, 10'000'000)) {
      config_.budget_experiments = static_cast<int>(*count);
    }
  }
  if (const YamlNode* found = section.take("time")) {
    config_.budget_time = reading_.duration(*found, "budget.time");
  }
  section.finish();
}

void ConfigReader::read_settle(const YamlNode& node) {
  YamlSection section(reading_, node, "settle");
  const std::pair<const char*, Milliseconds*> waits[] = {
      {"quiet", &config_.settle_quiet},
      {"quiet_abandoned", &config_.settle_quiet_abandoned},
      {"within", &config_.settle_within}};
  for (const auto& [key, wait] : waits) {
    read_duration(section, key, *wait);
    if (*wait <= kLongestSettle) continue;
    reading_.problem(*section.take(key),
                     fmt::format("{}: at most 10m", section.path(key)));
  }
  section.finish();
}

void ConfigReader::read_traces(const YamlNode& node) {
  YamlSection section(reading_, node, "traces");
  read_duration(section, "await", config_.await_traces);
  section.finish();
}

std::vector<ModeConfig> default_modes() {
  using identity::FaultAction;
  std::vector<ModeConfig> modes(6);
  modes[0].mode = {FaultAction::kError, 500, 0};
  modes[1].mode = {FaultAction::kError, 503, 0};
  modes[2].mode = {FaultAction::kRefuse, 0, 0};
  modes[3].mode = {FaultAction::kTimeout, 0, 0};
  modes[4].mode = {FaultAction::kErrorAfter, 503, 0};
  modes[5].automatic_delay = true;
  return modes;
}

}  // namespace cutset::injector
