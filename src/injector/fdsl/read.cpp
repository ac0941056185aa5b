#include "injector/fdsl/read.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "injector/fdsl/check.h"
#include "injector/fdsl/readers.h"

namespace cutset::injector::fdsl {

namespace {

constexpr int kNewestVersion = 2;

/// What the file says it is, before anything else is read; mistakes are reported later.
int version_of(const YamlNode& root) {
  const YamlNode* environment = root.find("environment");
  const YamlNode* version = environment != nullptr ? environment->find("fdsl") : nullptr;
  return version != nullptr && version->is_scalar() && version->text == "2" ? 2 : 1;
}

/// Files of FaultSee that are older than FDSL.
std::optional<Place> before_fdsl(const YamlNode& root) {
  for (const YamlEntry& entry : root.entries) {
    if (entry.key == "churn") return Place{entry.line, entry.column};
    if (entry.key != "services") continue;
    for (const YamlEntry& service : entry.value.entries) {
      const YamlNode* churn = service.value.find("churn");
      if (churn != nullptr) return Place{churn->line, churn->column};
    }
  }
  return std::nullopt;
}

/// A seed is text to FaultSee: base 10 whatever it begins with, in quotes or not.
std::optional<int64_t> base_10(const YamlNode& node) {
  if (!node.is_scalar()) return std::nullopt;
  std::string_view text = node.text;
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

class FileReader {
 public:
  FileReader(Reading& reading, Schedule& schedule)
      : reading_(reading), schedule_(schedule) {}

  void read(YamlSection& file) {
    if (const YamlNode* found = file.take("environment")) read_environment(*found);
    if (const YamlNode* found = file.require("events")) {
      read_events(reading_, *found, schedule_);
    }
    if (const YamlNode* found = file.take("lineage")) read_lineage(*found);
  }

 private:
  void read_environment(const YamlNode& node) {
    if (node.is_null()) return;
    YamlSection section(reading_.yaml(), node, "environment");
    if (const YamlNode* found = section.take("fdsl")) read_version(*found);
    if (const YamlNode* found = section.take("seed")) read_seed(*found);
    if (const YamlNode* found = section.take("ntp_server")) read_ntp_server(*found);
    section.finish();
  }

  void read_version(const YamlNode& node) {
    const auto version = reading_.yaml().integer(node, "environment.fdsl", 1, 1'000'000);
    if (version && *version > kNewestVersion) {
      reading_.problem(
          node, fmt::format("environment.fdsl: version {} is not known; this cutset "
                            "reads FDSL 1 and 2",
                            *version));
    }
  }

  void read_seed(const YamlNode& node) {
    const std::string what = "environment.seed";
    const std::optional<int64_t> seed = base_10(node);
    if (!seed) {
      reading_.quirk(
          node, fmt::format("{}: expected a whole number in base 10, found {}; the seed "
                            "is {} then (FaultSee's local controllers refuse the file, "
                            "its master never reads the seed)",
                            what, node.described(), kDefaultSeed));
      return;
    }
    schedule_.seed = *seed;
    if (std::to_string(*seed) == node.text) return;
    reading_.quirk(node, fmt::format("{}: \"{}\" is read as {}, in base 10; write {}",
                                     what, node.text, *seed, *seed));
  }

  void read_ntp_server(const YamlNode& node) {
    const std::string what = "environment.ntp_server";
    if (node.is_null()) return;
    if (!node.is_scalar()) {
      reading_.quirk(node, fmt::format("{}: expected text, found {}; it is ignored "
                                       "(FaultSee's local controllers refuse the file)",
                                       what, node.described()));
      return;
    }
    schedule_.ntp_server = reading_.word(node, what).value_or("");
  }

  void read_texts(YamlSection& section, const std::string& key,
                  std::vector<std::string>& texts) {
    const YamlNode* found = section.take(key);
    if (found != nullptr) texts = reading_.yaml().texts(*found, section.path(key));
  }

  void read_lineage(const YamlNode& node) {
    Lineage lineage;
    YamlSection section(reading_.yaml(), node, "lineage");
    if (const YamlNode* found = section.take("run")) {
      lineage.run = reading_.yaml().text(*found, "lineage.run").value_or("");
    }
    if (const YamlNode* found = section.take("goal")) {
      lineage.goal = reading_.yaml().text(*found, "lineage.goal").value_or("");
    }
    read_texts(section, "breaks", lineage.breaks);
    read_texts(section, "faults", lineage.faults);
    if (const YamlNode* found = section.take("budget")) {
      lineage.budget = read_budget(*found);
    }
    section.finish();
    schedule_.lineage = std::move(lineage);
  }

  Budget read_budget(const YamlNode& node) {
    Budget budget;
    YamlSection section(reading_.yaml(), node, "lineage.budget");
    const auto read_count = [&](const std::string& key, std::optional<int64_t>& target) {
      const YamlNode* found = section.take(key);
      if (found == nullptr) return;
      target = reading_.whole(*found, section.path(key), 0, kLargestCount);
    };
    read_count("last_fault_time", budget.last_fault_time);
    read_count("crashes", budget.crashes);
    read_count("faults", budget.faults);
    section.finish();
    return budget;
  }

  Reading& reading_;
  Schedule& schedule_;
};

void sort_by_place(std::vector<Error>& errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const Error& a, const Error& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

}  // namespace

ScheduleReading read_schedule(std::string_view text, const std::string& file,
                              const OwnKeys& own_keys) {
  ScheduleReading result;
  std::vector<Error> repeated_keys;
  const Result<YamlNode> root = parse_yaml(text, file, &repeated_keys);
  if (!root) {
    result.problems.push_back(root.error());
    return result;
  }
  if (const std::optional<Place> old = before_fdsl(*root)) {
    result.problems.push_back(Error::bad_input(
        "FaultSee pre-FDSL churn file, not supported; write it as FDSL: events: with "
        "beginning, moments and end",
        file, old->line, old->column));
    return result;
  }
  result.schedule.version = version_of(*root);
  Reading reading(file, result.schedule.version);
  for (const Error& repeated : repeated_keys) {
    reading.quirk_at({repeated.line, repeated.column},
                     repeated.message + "; the later one wins");
  }
  YamlSection section(reading.yaml(), *root, "");
  FileReader(reading, result.schedule).read(section);
  if (own_keys) {
    own_keys(reading.yaml(), section);
  } else {
    section.take("cutset_finding");
  }
  section.finish();
  put_in_order(result.schedule);
  result.problems = reading.problems();
  result.warnings = reading.warnings();
  if (!result.problems.empty()) return result;
  const Checked checked = check_schedule(result.schedule);
  const auto add = [&](const std::vector<Notice>& notices, std::vector<Error>& target) {
    for (const Notice& notice : notices) {
      target.push_back(
          Error::bad_input(notice.message, file, notice.place.line, notice.place.column));
    }
    sort_by_place(target);
  };
  add(checked.problems, result.problems);
  add(checked.warnings, result.warnings);
  return result;
}

Result<Schedule> parse_schedule(std::string_view text, const std::string& file) {
  ScheduleReading reading = read_schedule(text, file);
  if (!reading.problems.empty()) return reading.problems.front();
  return std::move(reading.schedule);
}

}  // namespace cutset::injector::fdsl
