#include "driver/settle.h"

#include <algorithm>
#include <thread>

#include "driver/client.h"
#include "driver/http_exchange.h"
#include "driver/resp.h"
#include <fmt/format.h>

#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::driver {

namespace {

constexpr Milliseconds kPause{50};
constexpr Milliseconds kOneLook{1000};
// A command starts a program and may ask several nodes, some of which do not answer.
constexpr Milliseconds kCommandPatience{5000};

/// The line "field:value" of an answer like INFO's; without a field the whole answer.
Result<std::string> field_of(const history::Value& value, const std::string& field) {
  std::string text =
      value.is_list() && !value.items.empty() ? plain(value.items[0]) : plain(value);
  if (field.empty()) return std::string(trim(text));
  for (const std::string& line : split(text, "\n")) {
    if (line.starts_with(field + ":")) {
      return std::string(trim(line.substr(field.size() + 1)));
    }
  }
  return Error::unavailable("no line \"" + field + ":\" in the answer");
}

Result<std::string> ask_resp(const ConditionPlan& condition, const std::string& endpoint,
                             Clock::time_point deadline) {
  CUTSET_ASSIGN(TcpConnection connection, TcpConnection::open(endpoint, deadline));
  CUTSET_TRY(connection.send_all(resp_command(condition.resp), deadline));
  std::string rest;
  CUTSET_ASSIGN(const RespAnswer answer, receive_resp(connection, rest, deadline));
  if (answer.is_error) return Error::unavailable(answer.value.text);
  return field_of(answer.value, condition.field);
}

Result<std::string> ask(const ConditionPlan& condition, const std::string& endpoint,
                        Milliseconds timeout) {
  if (!condition.resp.empty()) {
    return ask_resp(condition, endpoint, Clock::now() + timeout);
  }
  if (condition.http) {
    HttpExchange exchange;
    const HttpExchanged exchanged =
        exchange.perform(endpoint, *condition.http, Request{}, timeout);
    if (exchanged.status == 0) return Error::unavailable(exchanged.error);
    if (exchanged.status < 200 || exchanged.status >= 300) {
      return Error::unavailable(fmt::format("status {}", exchanged.status));
    }
    CUTSET_ASSIGN(const history::Value value, value_in(*condition.http, exchanged.body));
    return std::string(trim(plain(value)));
  }
  CommandSpec spec;
  for (std::string argument : condition.command) {
    const size_t at = argument.find("{endpoint}");
    if (at != std::string::npos) argument.replace(at, 10, endpoint);
    spec.arguments.push_back(std::move(argument));
  }
  spec.deadline = std::max(timeout, kCommandPatience);
  CUTSET_ASSIGN(const CommandOutcome outcome, run_command(spec));
  if (outcome.timed_out) return Error::unavailable("no answer in time");
  if (outcome.exit_code != 0) {
    return Error::unavailable(fmt::format("exit code {}", outcome.exit_code));
  }
  return std::string(trim(outcome.output));
}

}  // namespace

std::string compare(const ConditionPlan& condition,
                    const std::vector<Result<std::string>>& answers) {
  using Kind = ConditionPlan::Kind;
  size_t as_expected = 0;
  bool all_equal = true;
  std::vector<std::string> shown;
  for (size_t i = 0; i < answers.size(); ++i) {
    const Result<std::string>& answer = answers[i];
    const std::string text = answer.ok() ? one_line(answer->substr(0, 100))
                                         : "(" + answer.error().message + ")";
    shown.push_back(i < condition.at.size() ? condition.at[i] + " " + text : text);
    all_equal = all_equal && answer.ok() && *answer == *answers[0];
    as_expected += answer.ok() && *answer == condition.expected;
  }
  bool holds = false;
  switch (condition.kind) {
    case Kind::kEqual:
      holds = all_equal;
      break;
    case Kind::kAll:
      holds = as_expected == answers.size();
      break;
    case Kind::kExactlyOne:
      holds = as_expected == 1;
      break;
    case Kind::kAtLeastOne:
      holds = as_expected >= 1;
      break;
  }
  return holds ? "" : condition.text() + ": found " + join(shown, ", ");
}

std::string look(const ConditionPlan& condition, Milliseconds timeout) {
  std::vector<Result<std::string>> answers;
  for (const std::string& endpoint : condition.at) {
    answers.push_back(ask(condition, endpoint, timeout));
  }
  return compare(condition, answers);
}

Settled await_settled(const std::vector<ConditionPlan>& conditions, Milliseconds within,
                      const std::atomic<bool>& stop) {
  Settled settled;
  const auto deadline = Clock::now() + within;
  while (!stop) {
    ++settled.looks;
    settled.why.clear();
    for (const ConditionPlan& condition : conditions) {
      settled.why = look(condition, kOneLook);
      if (!settled.why.empty()) break;
    }
    settled.is_settled = settled.why.empty();
    if (settled.is_settled || Clock::now() >= deadline) return settled;
    std::this_thread::sleep_for(kPause);
  }
  settled.why = "stopped";
  settled.is_settled = false;
  return settled;
}

}  // namespace cutset::driver
