#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/config_reader.h"

namespace cutset::injector {

namespace {

constexpr size_t kMostChecks = 200;
constexpr Milliseconds kLongestJudging{60'000};  // of a checker or a search
constexpr Milliseconds kLongestLoad{60'000};     // unless said

// What each source can be asked; the order is the one of errors and of the documentation.
const std::vector<std::string> kHttpExpectations = {"status",  "json",        "equals",
                                                    "matches", "exists",      "at_least",
                                                    "at_most", "body_matches"};
const std::vector<std::string> kCommandExpectations = {
    "exit_code", "output_matches", "json",     "equals",
    "matches",   "exists",         "at_least", "at_most"};
const std::vector<std::string> kLogExpectations = {"matches", "absent"};

bool is_token(std::string_view text) {
  if (text.empty() || text.size() > 256) return false;
  return text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "!#$%&'*+-.^_`|~") == std::string_view::npos;
}

bool has_control(std::string_view text) {
  for (const char byte : text) {
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

bool is_request_path(std::string_view text) {
  return text.starts_with('/') && !has_control(text) &&
         text.find(' ') == std::string_view::npos;
}

}  // namespace

HttpConfig ConfigReader::read_http(const YamlNode& node, const std::string& what) {
  HttpConfig http;
  YamlSection section(reading_, node, what);
  if (const YamlNode* found = section.require("service")) {
    http.service = read_service_name(*found, section.path("service"));
  }
  if (const YamlNode* found = section.take("method")) {
    http.method = reading_.text(*found, section.path("method")).value_or("GET");
    if (!is_token(http.method)) {
      reading_.problem(*found, fmt::format("{}: \"{}\" is not an HTTP method",
                                           section.path("method"), http.method));
    }
  }
  if (const YamlNode* found = section.require("path")) {
    http.path = reading_.text(*found, section.path("path")).value_or("/");
    if (!is_request_path(http.path)) {
      reading_.problem(
          *found, fmt::format("{}: expected a path that begins with \"/\" and has no "
                              "spaces, found \"{}\"",
                              section.path("path"), http.path));
    }
  }
  if (const YamlNode* found = section.take("headers")) {
    for (const YamlEntry& entry : reading_.map(*found, section.path("headers"))) {
      auto value = reading_.text(entry.value, section.path("headers") + "." + entry.key);
      if (!value) continue;
      if (!is_token(entry.key) || has_control(*value)) {
        reading_.problem_at(entry.line, entry.column,
                            fmt::format("\"{}\" is not an HTTP header", entry.key));
        continue;
      }
      http.headers.emplace_back(entry.key, std::move(*value));
    }
  }
  const YamlNode* body = section.take("body");
  const YamlNode* json = section.take("json");
  if (body != nullptr && json != nullptr) {
    reading_.problem(*json,
                     fmt::format("{}: \"body\" and \"json\" exclude each other", what));
  } else if (body != nullptr) {
    http.body = reading_.text(*body, section.path("body")).value_or("");
  } else if (json != nullptr) {
    http.body = reading_.json_text(*json, section.path("json")).value_or("");
    bool has_type = false;
    for (const auto& [name, value] : http.headers) {
      has_type = has_type || name == "content-type" || name == "Content-Type";
    }
    if (!has_type) http.headers.emplace_back("content-type", "application/json");
  }
  section.finish();
  return http;
}

CommandConfig ConfigReader::read_command(const YamlNode& node, const std::string& what) {
  CommandConfig command;
  command.folder = absolute("");
  command.arguments = read_arguments(node, what);
  for (const TemplateText& argument : command.arguments) {
    check_placeholders(node, argument, Where::kHarness);
  }
  return command;
}

void ConfigReader::read_workload(const YamlNode& node) {
  YamlSection section(reading_, node, "workload");
  const std::optional<std::string> kind =
      section.one_of({"http", "command", "operations"});
  read_duration(section, "within", config_.workload.within);
  if (const YamlNode* found = section.take("on")) {
    config_.workload.on = reading_.text(*found, section.path("on")).value_or("");
  }
  if (kind && *kind == "operations") {
    if (section.take("within") == nullptr) config_.workload.within = kLongestLoad;
    config_.workload.history = history_reader().read_workload(section);
  }
  section.finish();
  if (!kind) return;
  const YamlNode& value = *section.take(*kind);
  if (*kind == "http") {
    config_.workload.http = read_http(value, "workload.http");
  } else if (*kind == "command") {
    config_.workload.command = read_command(value, "workload.command");
  }
}

HistoryReader ConfigReader::history_reader() {
  return HistoryReader(reading_, absolute(""),
                       [this](const YamlNode& node, const TemplateText& text) {
                         check_placeholders(node, text, Where::kHarness);
                       });
}

void ConfigReader::read_answer_check(YamlSection& section, const YamlNode& node,
                                     CheckConfig& check) {
  // What the workload answered cannot change, so there is nothing to wait for.
  check.within = Milliseconds(0);
  const std::string what = section.path("answer");
  check.expect = read_expectation(
      node, what, config_.workload.command ? kCommandExpectations : kHttpExpectations);
  for (const std::string key : {"expect", "within"}) {
    const YamlNode* found = section.take(key);
    if (found == nullptr) continue;
    reading_.problem(*found,
                     fmt::format("\"{}\" does not go with \"answer\": {}", key,
                                 key == "expect" ? "expectations stand in answer itself"
                                                 : "its deadline is workload.within"));
  }
}

CheckConfig ConfigReader::read_check(YamlSection& section, const std::string& what) {
  CheckConfig check;
  const std::optional<std::string> source =
      section.one_of({"answer", "http", "command", "log", "history"});
  if (!source) {
    section.take("expect");
    section.take("within");
    return check;
  }
  const YamlNode& value = *section.take(*source);
  const std::string path = what + "." + *source;
  if (*source == "answer") {
    check.source = CheckConfig::Source::kAnswer;
    read_answer_check(section, value, check);
    return check;
  }
  if (*source == "history") {
    check.source = CheckConfig::Source::kHistory;
    check.history = history_reader().read_check(value, path);
    check.within = kLongestJudging;
    read_duration(section, "within", check.within);
    if (!config_.workload.history) {
      reading_.problem(value, path +
                                  ": the workload writes no history; it needs "
                                  "\"operations\" and \"client\"");
    }
    return check;
  }
  const std::vector<std::string>* allowed = &kHttpExpectations;
  if (*source == "http") {
    check.source = CheckConfig::Source::kHttp;
    check.http = read_http(value, path);
  } else if (*source == "command") {
    check.source = CheckConfig::Source::kCommand;
    check.command = read_command(value, path);
    allowed = &kCommandExpectations;
  } else {
    check.source = CheckConfig::Source::kLog;
    allowed = &kLogExpectations;
    YamlSection log(reading_, value, path);
    if (const YamlNode* service = log.require("service")) {
      check.log_service = read_service_name(*service, log.path("service"));
    }
    log.finish();
  }
  if (const YamlNode* expect = section.require("expect")) {
    check.expect = read_expectation(*expect, section.path("expect"), *allowed);
  }
  read_duration(section, "within", check.within);
  return check;
}

void ConfigReader::read_outcomes(const YamlNode& node) {
  const std::vector<YamlNode>& items = reading_.list(node, "outcomes");
  if (node.is_list() && items.empty())
    reading_.problem(node, "outcomes: expected at least one");
  if (items.size() > kMostChecks) {
    reading_.problem(node, fmt::format("outcomes: more than {}", kMostChecks));
    return;
  }
  std::set<std::string> names;
  for (const YamlNode& item : items) {
    OutcomeConfig outcome;
    const std::string what = fmt::format("outcomes[{}]", config_.outcomes.size());
    YamlSection section(reading_, item, what);
    if (const YamlNode* found = section.require("name")) {
      outcome.name = reading_.text(*found, section.path("name")).value_or("");
      if (!names.insert(outcome.name).second) {
        reading_.problem(
            *found, fmt::format("a second outcome with the name \"{}\"", outcome.name));
      }
    }
    outcome.check = read_check(section, what);
    section.finish();
    config_.outcomes.push_back(std::move(outcome));
  }
}

void ConfigReader::read_accepted(const YamlNode& node) {
  YamlSection section(reading_, node, "accepted");
  if (const YamlNode* list = section.take("degradations")) {
    for (const YamlNode& item : reading_.list(*list, "accepted.degradations")) {
      DegradationConfig degradation;
      const std::string what =
          fmt::format("accepted.degradations[{}]", config_.degradations.size());
      YamlSection entry(reading_, item, what);
      if (const YamlNode* name = entry.require("name")) {
        degradation.name = reading_.text(*name, entry.path("name")).value_or("");
      }
      if (const YamlNode* all = entry.require("all")) {
        const std::vector<YamlNode>& conditions = reading_.list(*all, entry.path("all"));
        if (all->is_list() && conditions.empty()) {
          reading_.problem(*all, entry.path("all") +
                                     ": expected at least one condition; with "
                                     "none everything would be accepted");
        }
        for (const YamlNode& condition : conditions) {
          const std::string at = fmt::format("{}.all[{}]", what, degradation.all.size());
          YamlSection check(reading_, condition, at);
          degradation.all.push_back(read_check(check, at));
          check.finish();
        }
      }
      entry.finish();
      config_.degradations.push_back(std::move(degradation));
    }
  }
  if (const YamlNode* list = section.take("single_points_of_failure")) {
    read_selectors(*list, "accepted.single_points_of_failure",
                   config_.single_points_of_failure);
  }
  section.finish();
}

void ConfigReader::read_reset(const YamlNode& node) {
  const std::vector<YamlNode>& items = reading_.list(node, "reset");
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string what = fmt::format("reset[{}]", i);
    YamlSection section(reading_, items[i], what);
    const std::optional<std::string> kind = section.one_of({"http", "command"});
    section.finish();
    if (!kind) continue;
    const YamlNode& value = *section.take(*kind);
    ResetStep step;
    if (*kind == "http") {
      step.http = read_http(value, what + ".http");
    } else {
      step.command = read_command(value, what + ".command");
    }
    config_.reset.push_back(std::move(step));
  }
}

}  // namespace cutset::injector
