#include "injector/history_reader.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector {

namespace {

const std::vector<std::string> kKinds = {"equal", "all", "exactly_one", "at_least_one"};

}  // namespace

void HistoryReader::duration(YamlSection& section, const std::string& key,
                             driver::Milliseconds& out) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return;
  if (const auto time = reading_.duration(*found, section.path(key))) out = *time;
}

void HistoryReader::text(YamlSection& section, const std::string& key, std::string& out) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return;
  if (auto text = reading_.text(*found, section.path(key))) out = std::move(*text);
}

std::vector<TemplateText> HistoryReader::templates(const YamlNode& node,
                                                   const std::string& what) {
  std::vector<TemplateText> out;
  const std::vector<YamlNode>& items = reading_.list(node, what);
  if (node.is_list() && items.empty()) {
    reading_.problem(node, what + ": expected at least one");
  }
  for (const YamlNode& item : items) {
    auto text = reading_.template_text(item, what);
    if (!text) continue;
    check_(item, *text);
    out.push_back(std::move(*text));
  }
  return out;
}

HistoryWorkload HistoryReader::read_workload(YamlSection& section) {
  HistoryWorkload workload;
  workload.folder = folder_;
  if (const YamlNode* found = section.require("operations")) {
    read_operations(*found, workload.plan.operations);
  }
  if (const YamlNode* found = section.require("client")) read_client(*found, workload);
  if (const YamlNode* found = section.take("settle")) read_settle(*found, workload);
  if (const YamlNode* found = section.take("final")) read_final(*found, workload.plan);
  return workload;
}

void HistoryReader::read_operations(const YamlNode& node, driver::OperationsPlan& plan) {
  YamlSection section(reading_, node, "workload.operations");
  const auto integer = [&](const std::string& key, int64_t low, int64_t high) {
    const YamlNode* found = section.take(key);
    return found == nullptr ? std::optional<int64_t>()
                            : reading_.integer(*found, section.path(key), low, high);
  };
  plan.clients = static_cast<int>(integer("clients", 1, 10'000).value_or(plan.clients));
  if (const YamlNode* found = section.take("keys")) {
    // "each": every write has a key of its own.
    const bool is_each = found->is_scalar() && found->text == "each";
    plan.keys = is_each ? 0
                        : static_cast<int>(
                              reading_.integer(*found, section.path("keys"), 1, 1'000'000)
                                  .value_or(0));
  }
  text(section, "prefix", plan.prefix);
  if (const YamlNode* found = section.take("mix")) read_mix(*found, plan);
  plan.count = integer("count", 0, 10'000'000);
  if (const YamlNode* found = section.take("duration")) {
    plan.duration = reading_.duration(*found, section.path("duration"));
  }
  section.require_any({"count", "duration"});
  if (const YamlNode* found = section.take("rate")) {
    const auto rate = reading_.number(*found, section.path("rate"));
    if (rate && (*rate < 0 || *rate > 1e6)) {
      reading_.problem(*found,
                       fmt::format("{}: expected 0 to 1000000 operations a second",
                                   section.path("rate")));
    }
    plan.rate = rate.value_or(plan.rate);
  }
  plan.seed = static_cast<uint64_t>(integer("seed", 0, INT64_MAX).value_or(1));
  section.finish();
}

void HistoryReader::read_mix(const YamlNode& node, driver::OperationsPlan& plan) {
  plan.mix.clear();
  int64_t sum = 0;
  for (const YamlEntry& entry : reading_.map(node, "workload.operations.mix")) {
    const std::string what = "workload.operations.mix." + entry.key;
    const int64_t weight = reading_.integer(entry.value, what, 0, 1'000'000).value_or(1);
    plan.mix.emplace_back(entry.key, static_cast<int>(weight));
    sum += weight;
  }
  if (sum == 0) {
    reading_.problem(node, "workload.operations.mix: expected a weight above 0");
  }
}

void HistoryReader::read_client(const YamlNode& node, HistoryWorkload& workload) {
  YamlSection section(reading_, node, "workload.client");
  const std::optional<std::string> kind = section.one_of({"resp", "http", "command"});
  duration(section, "timeout", workload.plan.target.timeout);
  section.finish();
  if (!kind) return;
  const YamlNode& value = *section.take(*kind);
  if (*kind == "resp") {
    read_resp(value, workload);
  } else if (*kind == "http") {
    read_http(value, workload);
  } else {
    workload.plan.target.command = driver::CommandPlan{{}, folder_};
    workload.arguments = templates(value, "workload.client.command");
  }
}

void HistoryReader::read_resp(const YamlNode& node, HistoryWorkload& workload) {
  driver::RespPlan& plan = workload.plan.target.resp.emplace();
  YamlSection section(reading_, node, "workload.client.resp");
  section.require_any({"endpoints", "sentinels"});
  if (const YamlNode* found = section.take("endpoints")) {
    workload.endpoints = templates(*found, section.path("endpoints"));
  }
  if (const YamlNode* found = section.take("sentinels")) {
    workload.sentinels = templates(*found, section.path("sentinels"));
  }
  text(section, "master", plan.master);
  if (const YamlNode* found = section.take("commands")) {
    for (const YamlEntry& entry : reading_.map(*found, section.path("commands"))) {
      const std::string what = section.path("commands") + "." + entry.key;
      plan.commands.emplace_back(entry.key, reading_.texts(entry.value, what));
      if (plan.commands.back().second.empty()) {
        reading_.problem(entry.value, what + ": expected a command and its arguments");
      }
    }
  }
  section.finish();
}

void HistoryReader::read_http(const YamlNode& node, HistoryWorkload& workload) {
  driver::HttpPlan& plan = workload.plan.target.http.emplace();
  YamlSection section(reading_, node, "workload.client.http");
  if (const YamlNode* found = section.require("endpoints")) {
    workload.endpoints = templates(*found, section.path("endpoints"));
  }
  if (const YamlNode* found = section.require("requests")) {
    for (const YamlEntry& entry : reading_.map(*found, section.path("requests"))) {
      YamlSection request(reading_, entry.value,
                          section.path("requests") + "." + entry.key);
      plan.requests.emplace_back(entry.key, read_request(request));
      request.finish();
    }
  }
  section.finish();
}

driver::HttpRequestPlan HistoryReader::read_request(YamlSection& section) {
  driver::HttpRequestPlan plan;
  text(section, "method", plan.method);
  if (const YamlNode* found = section.require("path")) {
    plan.path = reading_.text(*found, section.path("path")).value_or("/");
    if (!plan.path.starts_with('/')) {
      reading_.problem(*found,
                       section.path("path") + ": expected a path that begins with \"/\"");
    }
  }
  if (const YamlNode* found = section.take("headers")) {
    for (const YamlEntry& entry : reading_.map(*found, section.path("headers"))) {
      plan.headers.emplace_back(
          entry.key, reading_.text(entry.value, section.path("headers") + "." + entry.key)
                         .value_or(""));
    }
  }
  const YamlNode* json = section.take("json");
  text(section, "body", plan.body);
  if (json != nullptr && !plan.body.empty()) {
    reading_.problem(*json,
                     section.path("json") + ": \"body\" and \"json\" exclude each other");
  } else if (json != nullptr) {
    plan.body = reading_.json_text(*json, section.path("json")).value_or("");
  }
  text(section, "value", plan.value);
  if (const YamlNode* found = section.take("base64")) {
    plan.base64 = reading_.boolean(*found, section.path("base64")).value_or(false);
  }
  read_statuses(section, "ok", plan.ok);
  read_statuses(section, "absent", plan.absent);
  read_statuses(section, "fail", plan.fail);
  return plan;
}

void HistoryReader::read_statuses(YamlSection& section, const std::string& key,
                                  std::vector<int>& out) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return;
  for (const YamlNode& item : reading_.list(*found, section.path(key))) {
    if (const auto status = reading_.integer(item, section.path(key), 100, 599)) {
      out.push_back(static_cast<int>(*status));
    }
  }
}

void HistoryReader::read_settle(const YamlNode& node, HistoryWorkload& workload) {
  YamlSection section(reading_, node, "workload.settle");
  duration(section, "within", workload.plan.settle_within);
  if (const YamlNode* found = section.require("until")) {
    for (const YamlNode& item : reading_.list(*found, section.path("until"))) {
      read_condition(
          item, fmt::format("workload.settle.until[{}]", workload.plan.settle.size()),
          workload);
    }
  }
  section.finish();
}

void HistoryReader::read_condition(const YamlNode& node, const std::string& what,
                                   HistoryWorkload& workload) {
  using Kind = driver::ConditionPlan::Kind;
  driver::ConditionPlan plan;
  HistoryWorkload::Condition condition;
  YamlSection section(reading_, node, what);
  if (const auto kind = section.one_of(kKinds)) {
    plan.kind = *kind == "equal"         ? Kind::kEqual
                : *kind == "all"         ? Kind::kAll
                : *kind == "exactly_one" ? Kind::kExactlyOne
                                         : Kind::kAtLeastOne;
    read_question(*section.take(*kind), what + "." + *kind, plan, condition);
  }
  section.finish();
  workload.plan.settle.push_back(std::move(plan));
  workload.conditions.push_back(std::move(condition));
}

void HistoryReader::read_question(const YamlNode& node, const std::string& what,
                                  driver::ConditionPlan& plan,
                                  HistoryWorkload::Condition& condition) {
  YamlSection section(reading_, node, what);
  const std::optional<std::string> kind = section.one_of({"resp", "http", "command"});
  if (const YamlNode* found = section.require("at")) {
    condition.at = templates(*found, section.path("at"));
  }
  if (plan.kind != driver::ConditionPlan::Kind::kEqual) {
    if (const YamlNode* found = section.require("is")) {
      plan.expected = reading_.text(*found, section.path("is")).value_or("");
    }
  }
  if (kind && *kind == "resp") {
    plan.resp = reading_.texts(*section.take("resp"), section.path("resp"));
    text(section, "field", plan.field);
  } else if (kind && *kind == "http") {
    YamlSection request(reading_, *section.take("http"), section.path("http"));
    plan.http = read_request(request);
    request.finish();
  } else if (kind) {
    condition.command = templates(*section.take("command"), section.path("command"));
  }
  section.finish();
}

void HistoryReader::read_final(const YamlNode& node, driver::Plan& plan) {
  if (node.is_scalar() && node.text == "none") {
    plan.final_f.clear();
    return;
  }
  YamlSection section(reading_, node, "workload.final");
  duration(section, "within", plan.final_within);
  text(section, "f", plan.final_f);
  section.finish();
}

HistoryCheck HistoryReader::read_check(const YamlNode& node, const std::string& what) {
  HistoryCheck check;
  check.folder = folder_;
  check.outcome.kind = "acknowledged-writes";
  if (node.is_map()) {
    YamlSection section(reading_, node, what);
    const std::optional<std::string> kind = section.one_of({"outcome", "checker"});
    if (kind && *kind == "checker") {
      check.checker = reading_.texts(*section.take("checker"), section.path("checker"));
      if (check.checker.empty()) {
        reading_.problem(node, section.path("checker") + ": expected a program");
      }
    } else if (kind) {
      read_outcome(*section.take("outcome"), section.take("time"), what, check);
    }
    section.finish();
    return check;
  }
  // A name alone is short for a map with this outcome.
  read_outcome(node, nullptr, what, check);
  return check;
}

void HistoryReader::read_outcome(const YamlNode& node, const YamlNode* time,
                                 const std::string& what, HistoryCheck& check) {
  using Time = history::OutcomeKind::Time;
  const std::string name = reading_.text(node, what).value_or("");
  if (name.empty()) return;
  const history::OutcomeKind* kind = history::outcome_kind(name);
  if (kind == nullptr) {
    std::vector<std::string> names;
    for (const history::OutcomeKind& known : history::outcome_kinds()) {
      names.push_back(known.name);
    }
    reading_.problem(
        node, fmt::format("there is no outcome \"{}\" of a history{} (one of {})", name,
                          suggestion(name, names), join(names, ", ")));
    return;
  }
  check.outcome.kind = name;
  if (time == nullptr) {
    if (kind->time == Time::kRequired) {
      reading_.problem(
          node,
          fmt::format("{} needs a time: write {{outcome: {}, time: 2s}}", name, name));
    }
    return;
  }
  if (kind->time == Time::kNone) {
    reading_.problem(*time, fmt::format("{}.time: {} takes no time", what, name));
    return;
  }
  if (const auto value = reading_.duration(*time, what + ".time")) {
    check.outcome.time = *value;
  }
}

}  // namespace cutset::injector
