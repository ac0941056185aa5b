#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "identity/signature.h"
#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

constexpr size_t kMostServices = 200;

bool is_service_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char byte : name) {
    const bool fits = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                      (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
    if (!fits) return false;
  }
  return true;
}

bool is_listen_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  int number = -1;
  const auto [end, error] =
      std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number >= 0 &&
         number <= 65535;
}

}  // namespace

void ConfigReader::read_services(const YamlNode& node) {
  const std::vector<YamlEntry>& entries = reading_.map(node, "services");
  if (node.is_map() && entries.empty())
    reading_.problem(node, "services: expected at least one");
  if (entries.size() > kMostServices) {
    reading_.problem(node, fmt::format("services: more than {}", kMostServices));
    return;
  }
  for (const YamlEntry& entry : entries) read_service(entry);
  check_service_placeholders(node);
}

void ConfigReader::read_service(const YamlEntry& entry) {
  ServiceConfig service;
  service.name = entry.key;
  service.folder = absolute("");
  if (!is_service_name(entry.key)) {
    reading_.problem_at(
        entry.line, entry.column,
        fmt::format("\"{}\" cannot be the name of a service: expected up to 64 "
                    "letters, digits, '-' and '_'",
                    entry.key));
  }
  YamlSection section(reading_, entry.value, "services." + entry.key);
  if (const YamlNode* found = section.require("command")) {
    service.command = read_arguments(*found, section.path("command"));
  }
  if (const YamlNode* found = section.take("folder")) {
    if (auto folder = reading_.text(*found, section.path("folder"))) {
      service.folder = absolute(*folder);
    }
  }
  if (const YamlNode* found = section.take("environment")) {
    const std::string what = section.path("environment");
    for (const YamlEntry& variable : reading_.map(*found, what)) {
      // Nothing after the colon is an empty variable.
      auto value =
          variable.value.is_null()
              ? TemplateText()
              : reading_.template_text(variable.value, what + "." + variable.key);
      if (value) service.environment.emplace_back(variable.key, std::move(*value));
    }
  }
  if (const YamlNode* found = section.take("address")) {
    if (auto address = reading_.text(*found, section.path("address"))) {
      service.listen = *address;
      service.listen_given = true;
      if (!is_listen_address(*address)) {
        reading_.problem(*found,
                         fmt::format("{}: expected \"host:port\" (port 0: a free one), "
                                     "found \"{}\"",
                                     section.path("address"), *address));
      }
    }
  }
  read_placing(section, service);
  if (const YamlNode* found = section.require("ready")) {
    read_readiness(*found, section.path("ready"), service.ready);
  }
  for (const std::string key : {"effectful", "pure"}) {
    const YamlNode* found = section.take(key);
    if (found == nullptr) continue;
    for (const YamlNode& item : reading_.list(*found, section.path(key))) {
      const auto operation = reading_.text(item, section.path(key));
      if (!operation) continue;
      const size_t space = operation->find(' ');
      if (space == std::string::npos || space == 0 || space + 1 >= operation->size() ||
          (*operation)[space + 1] != '/') {
        reading_.problem(item, fmt::format("{}: expected \"METHOD /route\", found \"{}\"",
                                           section.path(key), *operation));
        continue;
      }
      const std::string signature = identity::request_shape(operation->substr(0, space),
                                                            operation->substr(space + 1))
                                        .signature;
      (key == "pure" ? service.pure : service.effectful).push_back(signature);
    }
  }
  section.finish();
  config_.services.push_back(std::move(service));
}

void ConfigReader::read_readiness(const YamlNode& node, const std::string& what,
                                  Readiness& ready) {
  YamlSection section(reading_, node, what);
  const std::optional<std::string> kind = section.one_of({"http", "tcp", "log"});
  read_duration(section, "within", ready.within);
  section.finish();
  if (!kind) return;
  const YamlNode& value = *section.take(*kind);
  if (*kind == "http") {
    ready.kind = Readiness::Kind::kHttp;
    if (auto path = reading_.text(value, section.path("http"))) {
      ready.path = *path;
      if (!path->starts_with('/')) {
        reading_.problem(value,
                         fmt::format("{}: expected a path that begins with \"/\", found "
                                     "\"{}\"",
                                     section.path("http"), *path));
      }
    }
  } else if (*kind == "log") {
    ready.kind = Readiness::Kind::kLog;
    ready.pattern = reading_.pattern(value, section.path("log"));
  } else {
    ready.kind = Readiness::Kind::kTcp;
    const auto wanted = reading_.boolean(value, section.path("tcp"));
    if (wanted && !*wanted) {
      reading_.problem(
          value, fmt::format("{}: expected true; every service says when it is ready",
                             section.path("tcp")));
    }
  }
}

void ConfigReader::check_service_placeholders(const YamlNode& node) {
  for (const YamlEntry& entry : node.entries) {
    const ServiceConfig* service = config_.service(entry.key);
    if (service == nullptr) continue;
    const YamlNode* command = entry.value.find("command");
    const YamlNode& at_command = command != nullptr ? *command : entry.value;
    for (const TemplateText& argument : service->command) {
      check_placeholders(at_command, argument, Where::kService);
    }
    const YamlNode* environment = entry.value.find("environment");
    for (const auto& [name, value] : service->environment) {
      const YamlNode* at = environment != nullptr ? environment->find(name) : nullptr;
      check_placeholders(at != nullptr ? *at : entry.value, value, Where::kService);
    }
  }
}

}  // namespace cutset::injector
