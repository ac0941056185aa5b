#include "lineage/execution_json.h"

#include <charconv>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"

namespace cutset::lineage {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostCalls = 1'000'000;

std::string_view kind_name(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kStatus:
      return "status";
    case Answer::Kind::kRefused:
      return "refused";
    case Answer::Kind::kTimeout:
      return "timeout";
    case Answer::Kind::kReset:
      return "reset";
    case Answer::Kind::kError:
      return "error";
  }
  return "?";
}

Json answer_to_json(const Answer& answer) {
  Json json;
  json["kind"] = kind_name(answer.kind);
  if (answer.kind == Answer::Kind::kStatus) {
    json["status"] = answer.status;
    json["exact"] = hex16(answer.exact_digest);
    json["shape"] = hex16(answer.shape_digest);
  }
  return json;
}

Json call_to_json(const Call& call) {
  Json json;
  json["id"] = call.id.text();
  json["parent"] = call.parent;
  json["method"] = call.method;
  json["target"] = call.target;
  json["effectful"] = call.effectful;
  json["executed"] = call.executed;
  json["answered"] = call.answered ? answer_to_json(*call.answered) : Json(nullptr);
  json["seen"] = answer_to_json(call.seen);
  json["fault"] = call.fault ? Json(call.fault->text()) : Json(nullptr);
  json["start_ns"] = call.start_ns;
  json["answered_ns"] = call.answered_ns;
  json["end_ns"] = call.end_ns;
  json["unfinished"] = call.unfinished;
  // Left out where they say what is usual: journals are read by people too.
  if (call.failed != is_failure(call.seen)) json["failed"] = call.failed;
  if (!call.awaited) json["awaited"] = false;
  if (call.unordered) json["unordered"] = true;
  if (call.repeats >= 0) json["repeats"] = call.repeats;
  json["trace_id"] = call.trace_id;
  json["span_id"] = call.span_id;
  return json;
}

uint64_t digest_from(const Json& json, const char* name) {
  const std::string text = json.value(name, std::string());
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

Result<Answer> answer_from_json(const Json& json) {
  Answer answer;
  const std::string kind = json.value("kind", std::string());
  if (kind == "status") {
    answer.kind = Answer::Kind::kStatus;
    answer.status = json.value("status", 0);
    answer.exact_digest = digest_from(json, "exact");
    answer.shape_digest = digest_from(json, "shape");
  } else if (kind == "refused") {
    answer.kind = Answer::Kind::kRefused;
  } else if (kind == "timeout") {
    answer.kind = Answer::Kind::kTimeout;
  } else if (kind == "reset") {
    answer.kind = Answer::Kind::kReset;
  } else if (kind == "error") {
    answer.kind = Answer::Kind::kError;
  } else {
    return Error::bad_input(fmt::format(
        "answer kind \"{}\": expected status, refused, timeout, reset or error", kind));
  }
  return answer;
}

Result<Call> call_from_json(const Json& json) {
  Call call;
  CUTSET_ASSIGN(call.id, identity::parse_call_id(json.value("id", std::string())));
  call.parent = json.value("parent", -1);
  call.method = json.value("method", std::string());
  call.target = json.value("target", std::string());
  call.effectful = json.value("effectful", false);
  call.executed = json.value("executed", false);
  if (const auto answered = json.find("answered");
      answered != json.end() && answered->is_object()) {
    CUTSET_ASSIGN(call.answered, answer_from_json(*answered));
  }
  CUTSET_ASSIGN(call.seen, answer_from_json(json.value("seen", Json::object())));
  if (const auto fault = json.find("fault"); fault != json.end() && fault->is_string()) {
    CUTSET_ASSIGN(call.fault, identity::parse_fault_mode(fault->get<std::string>()));
  }
  call.failed = json.value("failed", is_failure(call.seen));
  call.awaited = json.value("awaited", true);
  call.unordered = json.value("unordered", false);
  call.repeats = json.value("repeats", -1);
  call.start_ns = json.value("start_ns", int64_t{0});
  call.answered_ns = json.value("answered_ns", int64_t{0});
  call.end_ns = json.value("end_ns", int64_t{0});
  call.unfinished = json.value("unfinished", false);
  call.trace_id = json.value("trace_id", std::string());
  call.span_id = json.value("span_id", std::string());
  return call;
}

/// The invariants of execution.h, as input errors.
Status check_input(const Execution& execution) {
  std::set<std::string> ids;
  for (size_t i = 0; i < execution.calls.size(); ++i) {
    const Call& call = execution.calls[i];
    const bool parent_fits =
        call.parent < 0
            ? call.id.points.size() == 1
            : static_cast<size_t>(call.parent) < i && call.id.points.size() > 1 &&
                  call.id.parent() ==
                      execution.calls[static_cast<size_t>(call.parent)].id;
    if (!parent_fits) {
      return Error::bad_input(
          fmt::format("calls[{}]: parent {} does not fit its id", i, call.parent));
    }
    if (!ids.insert(call.id.text()).second) {
      return Error::bad_input(
          fmt::format("calls[{}]: id {} occurs twice", i, call.id.text()));
    }
    if (call.repeats >= static_cast<int>(i)) {
      return Error::bad_input(fmt::format(
          "calls[{}]: repeats {}: expected a call before it", i, call.repeats));
    }
    if (!call.executed && call.answered) {
      return Error::bad_input(fmt::format("calls[{}]: answered but not executed", i));
    }
  }
  return {};
}

Result<Execution> parse(const Json& json) {
  Execution execution;
  execution.run = json.value("run", std::string());
  const Json calls = json.value("calls", Json::array());
  if (!calls.is_array() || calls.size() > kMostCalls) {
    return Error::bad_input("calls: expected a list of at most a million calls");
  }
  for (const Json& call : calls) {
    CUTSET_ASSIGN(Call parsed, call_from_json(call));
    execution.calls.push_back(std::move(parsed));
  }
  for (const Json& call : json.value("unproxied", Json::array())) {
    execution.unproxied.push_back({call.value("caller", std::string()),
                                   call.value("callee", std::string()),
                                   call.value("operation", std::string())});
  }
  execution.unmarked_calls = json.value("unmarked_calls", int64_t{0});
  execution.problems = json.value("problems", std::vector<std::string>());
  CUTSET_TRY(check_input(execution));
  return execution;
}

}  // namespace

nlohmann::ordered_json execution_to_json(const Execution& execution) {
  Json json;
  json["run"] = execution.run;
  json["calls"] = Json::array();
  for (const Call& call : execution.calls) json["calls"].push_back(call_to_json(call));
  json["unproxied"] = Json::array();
  for (const UnproxiedCall& call : execution.unproxied) {
    json["unproxied"].push_back({{"caller", call.caller},
                                 {"callee", call.callee},
                                 {"operation", call.operation}});
  }
  json["unmarked_calls"] = execution.unmarked_calls;
  if (!execution.problems.empty()) json["problems"] = execution.problems;
  return json;
}

Result<Execution> execution_from_json(const nlohmann::ordered_json& json) {
  try {
    return parse(json);
  } catch (const nlohmann::json::exception& exception) {
    return Error::bad_input(std::string("execution: ") + exception.what());
  }
}

}  // namespace cutset::lineage
