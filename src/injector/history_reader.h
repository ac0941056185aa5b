// The parts of cutset.yaml that speak of histories; ConfigReader calls it.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <string>

#include "injector/history_config.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

class HistoryReader {
 public:
  /// `check` reports a placeholder that is not known where it stands.
  using Check = std::function<void(const YamlNode&, const TemplateText&)>;

  HistoryReader(YamlReading& reading, std::string folder, Check check)
      : reading_(reading), folder_(std::move(folder)), check_(std::move(check)) {}

  /// The keys operations, client, settle and final of `section`.
  HistoryWorkload read_workload(YamlSection& section);
  /// `history:` of an outcome: a name, or a map with outcome and time, or with checker.
  HistoryCheck read_check(const YamlNode& node, const std::string& what);

 private:
  void read_operations(const YamlNode& node, driver::OperationsPlan& plan);
  void read_mix(const YamlNode& node, driver::OperationsPlan& plan);
  void read_client(const YamlNode& node, HistoryWorkload& workload);
  void read_resp(const YamlNode& node, HistoryWorkload& workload);
  void read_http(const YamlNode& node, HistoryWorkload& workload);
  driver::HttpRequestPlan read_request(YamlSection& section);
  void read_settle(const YamlNode& node, HistoryWorkload& workload);
  void read_condition(const YamlNode& node, const std::string& what,
                      HistoryWorkload& workload);
  void read_question(const YamlNode& node, const std::string& what,
                     driver::ConditionPlan& plan, HistoryWorkload::Condition& condition);
  void read_final(const YamlNode& node, driver::Plan& plan);
  void read_statuses(YamlSection& section, const std::string& key, std::vector<int>& out);
  void read_outcome(const YamlNode& node, const YamlNode* time, const std::string& what,
                    HistoryCheck& check);
  std::vector<TemplateText> templates(const YamlNode& node, const std::string& what);
  void duration(YamlSection& section, const std::string& key, driver::Milliseconds& out);
  void text(YamlSection& section, const std::string& key, std::string& out);

  YamlReading& reading_;
  std::string folder_;
  Check check_;
};

}  // namespace cutset::injector
