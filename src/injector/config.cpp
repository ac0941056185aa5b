#include "injector/config.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "identity/signature.h"
#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

constexpr int kVersion = 1;

void check_version(YamlReading& reading, YamlSection& section) {
  const YamlNode* found = section.require("cutset");
  if (found == nullptr) return;
  const auto version = reading.integer(*found, "cutset", 1, 1'000'000);
  if (version && *version != kVersion) {
    reading.problem(*found,
                    fmt::format("version {} of this format is not known; this cutset "
                                "reads version {}",
                                *version, kVersion));
  }
}

bool is_slot(const std::string& word) {
  return !word.empty() && word.size() <= 4 &&
         word.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

void ConfigReader::read(const YamlNode& root) {
  YamlSection section(reading_, root, "");
  check_version(reading_, section);
  if (const YamlNode* found = section.require("name")) {
    config_.name = reading_.text(*found, "name").value_or("");
  }
  if (const YamlNode* found = section.take("hosts")) read_hosts(*found);
  if (const YamlNode* found = section.require("services")) read_services(*found);
  const bool played = purpose_ == ConfigPurpose::kPlay ||
                      (purpose_ == ConfigPurpose::kUnknown && is_only_played(root));
  const auto judged = [&](const char* key) {
    return played ? section.take(key) : section.require(key);
  };
  if (const YamlNode* found = judged("workload")) read_workload(*found);
  if (const YamlNode* found = judged("outcomes")) read_outcomes(*found);
  if (const YamlNode* found = section.take("accepted")) read_accepted(*found);
  config_.modes = default_modes();
  if (const YamlNode* found = section.take("faults")) read_faults(*found);
  if (const YamlNode* found = section.take("budget")) read_budget(*found);
  if (const YamlNode* found = section.take("reset")) read_reset(*found);
  if (const YamlNode* found = section.take("fault_free_runs")) {
    config_.fault_free_runs =
        static_cast<int>(reading_.integer(*found, "fault_free_runs", 1, 100).value_or(3));
  }
  if (const YamlNode* found = section.take("settle")) read_settle(*found);
  if (const YamlNode* found = section.take("traces")) read_traces(*found);
  const YamlNode* nodes = section.take("nodes");
  section.finish();
  check_places(root);
  if (nodes != nullptr) read_nodes(*nodes);  // it names hosts
}

std::vector<TemplateText> ConfigReader::read_arguments(const YamlNode& node,
                                                       const std::string& what) {
  std::vector<TemplateText> arguments;
  const std::vector<YamlNode>& items = reading_.list(node, what);
  if (node.is_list() && items.empty()) {
    reading_.problem(node, what + ": expected the program and its arguments");
  }
  for (const YamlNode& item : items) {
    if (auto argument = reading_.template_text(item, what)) {
      arguments.push_back(std::move(*argument));
    }
  }
  return arguments;
}

void ConfigReader::check_placeholders(const YamlNode& node, const TemplateText& text,
                                      Where where) {
  static const std::set<std::string> self = {"self.port", "self.host", "self.address",
                                             "self.name", "self.slot", "self.node",
                                             "self.data"};
  static const std::set<std::string> parts = {"address", "host", "port", "direct",
                                              "node"};
  for (const std::string& name : text.placeholders()) {
    if (name == "otlp.address") continue;
    if (where == Where::kService && self.contains(name)) continue;
    std::vector<std::string> words = split(name, ".");
    std::optional<int> slot;
    if (words.size() == 4 && words[0] == "services" && is_slot(words[2])) {
      slot = std::stoi(words[2]);
      words.erase(words.begin() + 2);
    }
    const bool of_service =
        words.size() == 3 && words[0] == "services" &&
        (parts.contains(words[2]) || (!slot && words[2] == "addresses"));
    const bool of_entry = where == Where::kHarness && words.size() == 3 &&
                          words[0] == "entry" && words[2] == "address";
    if (!of_service && !of_entry) {
      reading_.problem(
          node,
          fmt::format(
              "unknown placeholder \"${{{}}}\"; known here: {}services.NAME.address, "
              ".host, .port, .direct, .node, .addresses, services.NAME.SLOT.address, "
              "otlp.address",
              name,
              where == Where::kService ? "self.port, self.host, self.address, self.name, "
                                         "self.slot, self.node, self.data, "
                                       : "entry.NAME.address, "));
      continue;
    }
    if (const ServiceConfig* named = config_.service(words[1]); named != nullptr) {
      // A schedule may start more slots than there are at first, but not these.
      if (slot && *slot >= named->slots) {
        reading_.problem(
            node, fmt::format("\"${{{}}}\": {} has {} slot{}, counted from 0", name,
                              words[1], named->slots, named->slots == 1 ? "" : "s"));
      }
      continue;
    }
    std::vector<std::string> names;
    for (const ServiceConfig& service : config_.services) names.push_back(service.name);
    reading_.problem(node, fmt::format("\"${{{}}}\": there is no service \"{}\"{}", name,
                                       words[1], suggestion(words[1], names)));
  }
}

std::string ConfigReader::read_service_name(const YamlNode& node,
                                            const std::string& what) {
  const std::string name = reading_.text(node, what).value_or("");
  if (name.empty() || config_.service(name) != nullptr) return name;
  std::vector<std::string> names;
  for (const ServiceConfig& service : config_.services) names.push_back(service.name);
  reading_.problem(node, fmt::format("{}: there is no service \"{}\"{}", what, name,
                                     suggestion(name, names)));
  return name;
}

void ConfigReader::read_selectors(const YamlNode& node, const std::string& what,
                                  std::vector<std::string>& selectors) {
  std::vector<std::string> names;
  for (const ServiceConfig& service : config_.services) names.push_back(service.name);
  for (const YamlNode& item : reading_.list(node, what)) {
    const auto text = reading_.text(item, what);
    if (!text) continue;
    const size_t colon = text->find(':');
    const std::string service = text->substr(0, colon);
    if (config_.service(service) == nullptr) {
      reading_.problem(item, fmt::format("{}: there is no service \"{}\"{}", what,
                                         service, suggestion(service, names)));
      continue;
    }
    if (colon == std::string::npos) {
      selectors.push_back(*text);
      continue;
    }
    const std::string operation = text->substr(colon + 1);
    const size_t space = operation.find(" /");
    if (space == std::string::npos || space == 0) {
      reading_.problem(
          item, fmt::format("{}: expected \"service\" or \"service:METHOD /route\", "
                            "found \"{}\"",
                            what, *text));
      continue;
    }
    selectors.push_back(
        service + ":" +
        identity::request_shape(operation.substr(0, space), operation.substr(space + 1))
            .signature);
  }
}

void ConfigReader::read_duration(YamlSection& section, const std::string& key,
                                 Milliseconds& value) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return;
  if (const auto duration = reading_.duration(*found, section.path(key)))
    value = *duration;
}

std::string ConfigReader::absolute(const std::string& folder) const {
  const std::filesystem::path joined = std::filesystem::path(config_.folder) / folder;
  const std::string normal = joined.lexically_normal().string();
  // "a/." and "a/" are the same folder; children see it without the slash.
  if (normal.size() > 1 && normal.back() == '/')
    return normal.substr(0, normal.size() - 1);
  return normal.empty() ? "." : normal;
}

std::string ModeConfig::text() const {
  return automatic_delay ? "delay" : mode.text();
}

const ServiceConfig* Config::service(std::string_view service_name) const {
  for (const ServiceConfig& candidate : services) {
    if (candidate.name == service_name) return &candidate;
  }
  return nullptr;
}

bool Config::is_effectful(std::string_view callee, std::string_view method,
                          std::string_view signature) const {
  const ServiceConfig* found = service(callee);
  const auto lists = [&](const std::vector<std::string>& signatures) {
    return std::find(signatures.begin(), signatures.end(), signature) != signatures.end();
  };
  if (found != nullptr && lists(found->effectful)) return true;
  if (found != nullptr && lists(found->pure)) return false;
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

bool selects(std::string_view selector, std::string_view callee,
             std::string_view signature) {
  const size_t colon = selector.find(':');
  if (selector.substr(0, colon) != callee) return false;
  return colon == std::string_view::npos || selector.substr(colon + 1) == signature;
}

bool is_only_played(const YamlNode& root) {
  return root.find("workload") == nullptr && root.find("outcomes") == nullptr;
}

ParsedConfig parse_config(std::string_view text, const std::string& path,
                          const TemplateText::Lookup& variables, ConfigPurpose purpose) {
  ParsedConfig parsed;
  parsed.config.path = path;
  parsed.config.folder = std::filesystem::path(path).parent_path().string();
  if (parsed.config.folder.empty()) parsed.config.folder = ".";
  parsed.config.digest = fnv64(text);
  const Result<YamlNode> root = parse_yaml(text, path);
  if (!root) {
    parsed.problems.push_back(root.error());
    return parsed;
  }
  YamlReading reading(path, variables);
  ConfigReader(reading, parsed.config, purpose).read(*root);
  parsed.problems = reading.problems();
  return parsed;
}

Result<Config> load_config(const std::string& path, ConfigPurpose purpose) {
  CUTSET_ASSIGN(const std::string text, read_file(path, kLargestFile));
  ParsedConfig parsed = parse_config(text, path, environment_variable, purpose);
  if (!parsed.problems.empty()) return parsed.problems.front();
  return std::move(parsed.config);
}

std::vector<Error> lint_config(const std::string& path) {
  const Result<std::string> text = read_file(path, kLargestFile);
  if (!text) return {text.error()};
  return parse_config(*text, path, environment_variable, ConfigPurpose::kUnknown)
      .problems;
}

}  // namespace cutset::injector
