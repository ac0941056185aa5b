// The sections of cutset.yaml, one function each; private to config*.cpp.
//
// Services are read first, so that every later section can check the names it uses.
// Thread rule: one owner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "injector/config.h"
#include "injector/history_reader.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

class ConfigReader {
 public:
  ConfigReader(YamlReading& reading, Config& config, ConfigPurpose purpose)
      : reading_(reading), config_(config), purpose_(purpose) {}

  void read(const YamlNode& root);

 private:
  // config_services.cpp
  void read_services(const YamlNode& node);
  void read_service(const YamlEntry& entry);
  void read_readiness(const YamlNode& node, const std::string& what, Readiness& ready);
  void check_service_placeholders(const YamlNode& node);

  // config_hosts.cpp
  void read_hosts(const YamlNode& node);
  std::vector<std::string> read_host_names(const YamlNode& node, const std::string& what);
  void read_engine(const YamlNode& node, const std::string& what);
  void read_external(const YamlNode& node, const std::string& what);
  void read_external_host(const YamlEntry& entry, const std::string& what,
                          const AgentTls& shared);
  void check_places(const YamlNode& root);
  void read_placing(YamlSection& section, ServiceConfig& service);

  // config_nodes.cpp
  void read_nodes(const YamlNode& node);

  // config_checks.cpp
  void read_workload(const YamlNode& node);
  HistoryReader history_reader();
  void read_outcomes(const YamlNode& node);
  void read_accepted(const YamlNode& node);
  void read_reset(const YamlNode& node);
  HttpConfig read_http(const YamlNode& node, const std::string& what);
  CommandConfig read_command(const YamlNode& node, const std::string& what);
  CheckConfig read_check(YamlSection& section, const std::string& what);
  void read_answer_check(YamlSection& section, const YamlNode& node, CheckConfig& check);

  // config_expectations.cpp
  /// `allowed`: the keys that this source can be asked.
  Expectation read_expectation(const YamlNode& node, const std::string& what,
                               const std::vector<std::string>& allowed);
  void read_json_expectation(YamlSection& section, Expectation& expect);

  // config_budget.cpp
  void read_faults(const YamlNode& node);
  void read_modes(const YamlNode& node);
  void read_budget(const YamlNode& node);
  void read_settle(const YamlNode& node);
  void read_traces(const YamlNode& node);

  // Shared.
  std::vector<TemplateText> read_arguments(const YamlNode& node, const std::string& what);
  /// Where a placeholder may stand decides what it may name.
  enum class Where { kService, kHarness };
  void check_placeholders(const YamlNode& node, const TemplateText& text, Where where);
  std::string read_service_name(const YamlNode& node, const std::string& what);
  void read_selectors(const YamlNode& node, const std::string& what,
                      std::vector<std::string>& selectors);
  void read_duration(YamlSection& section, const std::string& key, Milliseconds& value);
  std::string absolute(const std::string& folder) const;

  YamlReading& reading_;
  Config& config_;
  const ConfigPurpose purpose_;
};

}  // namespace cutset::injector
