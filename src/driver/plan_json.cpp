#include "driver/plan_json.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace cutset::driver {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view kPlanFormat = "cutset-driver-plan/1";
constexpr size_t kMostItems = 1000;

/// An object that is taken apart key by key; what is left over is an error. The first
/// problem stays.
class Fields {
 public:
  Fields(const ordered_json& json, std::string path, std::string& problem)
      : json_(json), path_(std::move(path)), problem_(problem) {
    if (!json.is_object()) refuse("", "expected an object");
  }

  const ordered_json* find(const std::string& key) {
    known_.push_back(key);
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }
  std::string path(const std::string& key) const {
    if (key.empty()) return path_.empty() ? "the plan" : path_;
    return path_.empty() ? key : path_ + "." + key;
  }
  std::string& problem() { return problem_; }
  void refuse(const std::string& key, const std::string& why) {
    if (problem_.empty()) problem_ = path(key) + ": " + why;
  }
  void text(const std::string& key, std::string& out) {
    const ordered_json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(key, "expected text");
    out = found->get<std::string>();
  }
  template <typename Integer>
  bool integer(const std::string& key, Integer& out, Integer low, Integer high) {
    const ordered_json* found = find(key);
    if (found == nullptr) return false;
    const bool fits = found->is_number_integer() &&
                      (found->is_number_unsigned()
                           ? found->get<uint64_t>() <= static_cast<uint64_t>(high)
                           : found->get<int64_t>() >= 0) &&
                      found->get<Integer>() >= low && found->get<Integer>() <= high;
    if (!fits) {
      refuse(key, fmt::format("expected a whole number from {} to {}", low, high));
      return false;
    }
    out = found->get<Integer>();
    return true;
  }
  void milliseconds(const std::string& key, Milliseconds& out) {
    int64_t number = out.count();
    if (integer<int64_t>(key, number, 0, 86'400'000)) out = Milliseconds(number);
  }
  void texts(const std::string& key, std::vector<std::string>& out) {
    const ordered_json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_array() || found->size() > kMostItems) {
      return refuse(key, "expected a list of texts");
    }
    for (const ordered_json& item : *found) {
      if (!item.is_string()) return refuse(key, "expected a list of texts");
      out.push_back(item.get<std::string>());
    }
  }
  void statuses(const std::string& key, std::vector<int>& out) {
    const ordered_json* found = find(key);
    if (found == nullptr) return;
    const bool is_list = found->is_array() && found->size() <= kMostItems;
    for (const ordered_json& item : is_list ? *found : ordered_json::array()) {
      if (!item.is_number_unsigned() || item.get<uint64_t>() > 599) {
        return refuse(key, "expected a list of HTTP statuses");
      }
      out.push_back(item.get<int>());
    }
    if (!is_list) refuse(key, "expected a list of HTTP statuses");
  }
  /// take(key, value) for each entry of an object.
  template <typename Take>
  void entries(const std::string& key, Take take) {
    const ordered_json* found = find(key);
    if (found == nullptr) return;
    if (!found->is_object() || found->size() > kMostItems) {
      return refuse(key, "expected an object");
    }
    for (const auto& [name, value] : found->items()) take(name, value);
  }
  void finish() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      refuse(key, fmt::format("unknown key{} (known: {})", suggestion(key, known_),
                              join(known_, ", ")));
    }
  }

 private:
  const ordered_json& json_;
  std::string path_;
  std::string& problem_;
  std::vector<std::string> known_;
};

void read_operations(Fields& fields, OperationsPlan& plan) {
  fields.integer<int>("clients", plan.clients, 1, 10'000);
  fields.integer<int>("keys", plan.keys, 0, 1'000'000);
  fields.text("prefix", plan.prefix);
  if (const ordered_json* mix = fields.find("mix")) {
    plan.mix.clear();
    const ordered_json entries = mix->is_object() ? *mix : ordered_json::object();
    for (const auto& [f, weight] : entries.items()) {
      if (!weight.is_number_unsigned() || weight.get<uint64_t>() > 1'000'000) {
        return fields.refuse("mix", "expected a weight from 0 to 1000000 for " + f);
      }
      plan.mix.emplace_back(f, weight.get<int>());
    }
    const bool any = std::any_of(plan.mix.begin(), plan.mix.end(),
                                 [](const auto& entry) { return entry.second > 0; });
    if (!any) fields.refuse("mix", "expected an object with a weight above 0");
  }
  int64_t count = 0;
  if (fields.integer<int64_t>("count", count, 0, 10'000'000)) plan.count = count;
  Milliseconds duration{-1};
  fields.milliseconds("duration_ms", duration);
  if (duration.count() >= 0) plan.duration = duration;
  if (!plan.count && !plan.duration) {
    fields.refuse("", "expected \"count\" or \"duration_ms\"");
  }
  if (const ordered_json* rate = fields.find("rate")) {
    if (!rate->is_number() || !(rate->get<double>() >= 0) || rate->get<double>() > 1e6) {
      fields.refuse("rate", "expected a number from 0 to 1000000");
    } else {
      plan.rate = rate->get<double>();
    }
  }
  fields.integer<uint64_t>("seed", plan.seed, 0, UINT64_MAX);
  fields.finish();
}

HttpRequestPlan read_request(const ordered_json& json, const std::string& path,
                             std::string& problem) {
  HttpRequestPlan plan;
  Fields fields(json, path, problem);
  fields.text("method", plan.method);
  fields.text("path", plan.path);
  fields.entries("headers", [&](const std::string& name, const ordered_json& value) {
    if (!value.is_string()) return fields.refuse("headers", "expected text");
    plan.headers.emplace_back(name, value.get<std::string>());
  });
  fields.text("body", plan.body);
  fields.text("value", plan.value);
  if (const ordered_json* found = fields.find("base64")) {
    if (found->is_boolean()) {
      plan.base64 = found->get<bool>();
    } else {
      fields.refuse("base64", "expected true or false");
    }
  }
  fields.statuses("ok", plan.ok);
  fields.statuses("absent", plan.absent);
  fields.statuses("fail", plan.fail);
  if (plan.path.empty() || plan.path[0] != '/') {
    fields.refuse("path", "expected a path that begins with \"/\"");
  }
  fields.finish();
  return plan;
}

void check_endpoints(Fields& fields, const std::string& key,
                     const std::vector<std::string>& endpoints) {
  for (const std::string& endpoint : endpoints) {
    const size_t colon = endpoint.rfind(':');
    const std::string port = colon == std::string::npos ? "" : endpoint.substr(colon + 1);
    const bool good = colon != 0 && !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
    if (!good) {
      fields.refuse(key,
                    fmt::format("expected host:port, found \"{}\"", one_line(endpoint)));
    }
  }
}

RespPlan read_resp(const ordered_json& json, const std::string& path,
                   std::string& problem) {
  RespPlan plan;
  Fields fields(json, path, problem);
  fields.texts("endpoints", plan.endpoints);
  fields.texts("sentinels", plan.sentinels);
  check_endpoints(fields, "endpoints", plan.endpoints);
  check_endpoints(fields, "sentinels", plan.sentinels);
  fields.text("master", plan.master);
  fields.entries("commands", [&](const std::string& f, const ordered_json& value) {
    std::vector<std::string> words;
    for (const ordered_json& word : value.is_array() ? value : ordered_json::array()) {
      if (word.is_string()) words.push_back(word.get<std::string>());
    }
    if (words.empty() || words.size() != value.size()) {
      return fields.refuse("commands", "expected a list of texts for " + f);
    }
    plan.commands.emplace_back(f, std::move(words));
  });
  if (plan.endpoints.empty() && plan.sentinels.empty()) {
    fields.refuse("", "expected \"endpoints\" or \"sentinels\"");
  }
  fields.finish();
  return plan;
}

void read_target(Fields& fields, TargetPlan& plan) {
  const ordered_json* resp = fields.find("resp");
  const ordered_json* http = fields.find("http");
  const ordered_json* command = fields.find("command");
  const int given = (resp != nullptr) + (http != nullptr) + (command != nullptr);
  if (given != 1) fields.refuse("", "expected one of resp, http, command");
  if (resp != nullptr) {
    plan.resp = read_resp(*resp, fields.path("resp"), fields.problem());
  }
  if (http != nullptr) {
    HttpPlan& target = plan.http.emplace();
    Fields inner(*http, fields.path("http"), fields.problem());
    inner.texts("endpoints", target.endpoints);
    check_endpoints(inner, "endpoints", target.endpoints);
    if (target.endpoints.empty()) inner.refuse("endpoints", "expected at least one");
    inner.entries("requests", [&](const std::string& f, const ordered_json& value) {
      target.requests.emplace_back(
          f, read_request(value, inner.path("requests") + "." + f, fields.problem()));
    });
    if (target.requests.empty()) inner.refuse("requests", "expected at least one");
    inner.finish();
  }
  if (command != nullptr) {
    CommandPlan& target = plan.command.emplace();
    Fields inner(*command, fields.path("command"), fields.problem());
    inner.texts("arguments", target.arguments);
    inner.text("folder", target.folder);
    if (target.arguments.empty()) inner.refuse("arguments", "expected a program");
    inner.finish();
  }
  fields.milliseconds("timeout_ms", plan.timeout);
  fields.finish();
}

ConditionPlan read_condition(const ordered_json& json, const std::string& path,
                             std::string& problem) {
  using Kind = ConditionPlan::Kind;
  ConditionPlan plan;
  Fields fields(json, path, problem);
  std::string kind = "equal";
  fields.text("kind", kind);
  if (kind == "equal") {
    plan.kind = Kind::kEqual;
  } else if (kind == "all") {
    plan.kind = Kind::kAll;
  } else if (kind == "exactly_one") {
    plan.kind = Kind::kExactlyOne;
  } else if (kind == "at_least_one") {
    plan.kind = Kind::kAtLeastOne;
  } else {
    fields.refuse("kind", "expected equal, all, exactly_one or at_least_one");
  }
  fields.text("expected", plan.expected);
  fields.texts("at", plan.at);
  fields.texts("resp", plan.resp);
  fields.text("field", plan.field);
  fields.texts("command", plan.command);
  if (const ordered_json* http = fields.find("http")) {
    plan.http = read_request(*http, fields.path("http"), problem);
  }
  const int given = (!plan.resp.empty() ? 1 : 0) + (plan.http ? 1 : 0) +
                    (!plan.command.empty() ? 1 : 0);
  if (given != 1) fields.refuse("", "expected one of resp, http, command");
  if (plan.at.empty()) fields.refuse("at", "expected at least one endpoint");
  if (plan.command.empty()) check_endpoints(fields, "at", plan.at);
  fields.finish();
  return plan;
}

ordered_json to_json(const HttpRequestPlan& plan) {
  ordered_json json = {{"method", plan.method}, {"path", plan.path}};
  json["headers"] = ordered_json::object();
  for (const auto& [name, value] : plan.headers) json["headers"][name] = value;
  json["body"] = plan.body;
  json["value"] = plan.value;
  json["base64"] = plan.base64;
  json["ok"] = plan.ok;
  json["absent"] = plan.absent;
  json["fail"] = plan.fail;
  return json;
}

ordered_json to_json(const TargetPlan& plan) {
  ordered_json json = ordered_json::object();
  if (plan.resp) {
    ordered_json& resp = json["resp"];
    resp = {{"endpoints", plan.resp->endpoints},
            {"sentinels", plan.resp->sentinels},
            {"master", plan.resp->master}};
    resp["commands"] = ordered_json::object();
    for (const auto& [f, words] : plan.resp->commands) resp["commands"][f] = words;
  }
  if (plan.http) {
    json["http"]["endpoints"] = plan.http->endpoints;
    json["http"]["requests"] = ordered_json::object();
    for (const auto& [f, request] : plan.http->requests) {
      json["http"]["requests"][f] = to_json(request);
    }
  }
  if (plan.command) {
    json["command"] = {{"arguments", plan.command->arguments},
                       {"folder", plan.command->folder}};
  }
  json["timeout_ms"] = plan.timeout.count();
  return json;
}

ordered_json to_json(const ConditionPlan& plan) {
  using Kind = ConditionPlan::Kind;
  const char* kind = plan.kind == Kind::kEqual        ? "equal"
                     : plan.kind == Kind::kAll        ? "all"
                     : plan.kind == Kind::kExactlyOne ? "exactly_one"
                                                      : "at_least_one";
  ordered_json json = {{"kind", kind}, {"expected", plan.expected}, {"at", plan.at}};
  if (!plan.resp.empty()) json["resp"] = plan.resp;
  if (!plan.field.empty()) json["field"] = plan.field;
  if (plan.http) json["http"] = to_json(*plan.http);
  if (!plan.command.empty()) json["command"] = plan.command;
  return json;
}

}  // namespace

std::string plan_to_json(const Plan& plan) {
  ordered_json json;
  json["format"] = kPlanFormat;
  ordered_json& operations = json["operations"];
  operations = {{"clients", plan.operations.clients},
                {"keys", plan.operations.keys},
                {"prefix", plan.operations.prefix}};
  for (const auto& [f, weight] : plan.operations.mix) operations["mix"][f] = weight;
  if (plan.operations.count) operations["count"] = *plan.operations.count;
  if (plan.operations.duration) {
    operations["duration_ms"] = plan.operations.duration->count();
  }
  operations["rate"] = plan.operations.rate;
  operations["seed"] = plan.operations.seed;
  json["target"] = to_json(plan.target);
  json["settle"] = ordered_json::array();
  for (const ConditionPlan& condition : plan.settle) {
    json["settle"].push_back(to_json(condition));
  }
  json["settle_within_ms"] = plan.settle_within.count();
  json["final_within_ms"] = plan.final_within.count();
  json["final_f"] = plan.final_f;
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<Plan> plan_from_json(const std::string& text, const std::string& file) {
  const ordered_json json = ordered_json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error::bad_input("no JSON", file);
  Plan plan;
  std::string problem;
  try {
    Fields fields(json, "", problem);
    std::string format;
    fields.text("format", format);
    if (format != kPlanFormat) {
      fields.refuse("format", fmt::format("expected \"{}\"", kPlanFormat));
    }
    const ordered_json none = ordered_json::object();
    const auto section = [&](const std::string& key) -> const ordered_json& {
      const ordered_json* found = fields.find(key);
      return found == nullptr ? none : *found;
    };
    Fields operations(section("operations"), "operations", problem);
    read_operations(operations, plan.operations);
    Fields target(section("target"), "target", problem);
    read_target(target, plan.target);
    if (const ordered_json* settle = fields.find("settle")) {
      if (!settle->is_array()) fields.refuse("settle", "expected a list");
      for (const ordered_json& item : *settle) {
        plan.settle.push_back(
            read_condition(item, fmt::format("settle[{}]", plan.settle.size()), problem));
      }
    }
    fields.milliseconds("settle_within_ms", plan.settle_within);
    fields.milliseconds("final_within_ms", plan.final_within);
    fields.text("final_f", plan.final_f);
    fields.finish();
  } catch (const ordered_json::exception& exception) {
    return Error::bad_input(exception.what(), file);
  }
  if (!problem.empty()) return Error::bad_input(problem, file);
  return plan;
}

}  // namespace cutset::driver
