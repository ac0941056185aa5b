#include "report_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cutset::report {

namespace {

using Json = nlohmann::ordered_json;

Json faults_json(const std::vector<std::pair<std::string, std::string>>& faults) {
  Json json = Json::array();
  for (const auto& [event, mode] : faults)
    json.push_back({{"event", event}, {"mode", mode}});
  return json;
}

}  // namespace

std::string case_path(const std::string& name, const std::string& file) {
  return std::string(CUTSET_SOURCE_DIR) + "/tests/report/" + name + "/" + file;
}

JournalView journal_of(const std::string& name) {
  auto view = read_journal(case_path(name, "journal.jsonl"));
  EXPECT_TRUE(view.ok()) << view.error().text();
  return view.ok() ? *view : JournalView{};
}

std::string journal_text(const std::vector<std::string>& records) {
  std::string text =
      R"({"type":"campaign","schema_version":1,"name":"small","budget":{"faults":2}})";
  text += '\n';
  for (const std::string& record : records) text += record + "\n";
  return text;
}

std::vector<std::string> run_records(
    int experiment, const std::string& run,
    const std::vector<std::pair<std::string, std::string>>& faults,
    const std::string& state, const std::vector<std::string>& services) {
  const std::string root = "gateway:GET /#1";
  const Json answer = {{"kind", "status"}, {"status", 200}};
  Json calls = Json::array({{{"id", root},
                             {"parent", -1},
                             {"executed", true},
                             {"seen", answer},
                             {"end_ns", 1000}}});
  for (const std::string& service : services) {
    const std::string id = root + " > " + service + ":GET /#1";
    Json call = {{"id", id},
                 {"parent", 0},
                 {"executed", true},
                 {"seen", answer},
                 {"start_ns", 10 * calls.size()},
                 {"end_ns", 10 * calls.size() + 5}};
    for (const auto& [event, mode] : faults) {
      if (event == id) call["fault"] = mode;
    }
    calls.push_back(std::move(call));
  }
  Json reports = Json::array();
  for (const auto& [event, mode] : faults) {
    reports.push_back({{"event", event}, {"mode", mode}, {"fired", true}});
  }
  const Json plan = {{"type", "plan"},
                     {"experiment", experiment},
                     {"run", run},
                     {"purpose", "explore"},
                     {"faults", faults_json(faults)}};
  const Json outcome = {
      {"name", "o"}, {"state", state}, {"found", "x"}, {"expected", "y"}};
  const Json result = {{"type", "result"},
                       {"experiment", experiment},
                       {"run", run},
                       {"verdict", state},
                       {"fired", faults_json(faults)},
                       {"result",
                        {{"execution", {{"run", run}, {"calls", calls}}},
                         {"faults", reports},
                         {"outcomes", Json::array({outcome})}}}};
  return {plan.dump(), result.dump()};
}

}  // namespace cutset::report
