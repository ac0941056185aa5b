#include "injector/reset.h"

#include <fmt/format.h>

#include "injector/duration.h"
#include "injector/workload.h"

namespace cutset::injector {

namespace {

constexpr Milliseconds kDeadline{10'000};

Status reset_by_http(const HttpConfig& http, const AddressBook& addresses,
                     HttpClient& client) {
  const std::string name =
      fmt::format("reset: {} {} at {}", http.method, http.path, http.service);
  const Result<HttpAnswer> answer =
      client.request(direct_request(http, addresses, kDeadline));
  if (!answer) {
    Error error = answer.error();
    if (error.kind == ErrorKind::kUnavailable)
      error.message = name + ": " + error.message;
    return error;
  }
  if (answer->status >= 200 && answer->status <= 299) return {};
  return Error::unavailable(
      fmt::format("{} answers {}, expected 2xx", name, answer->status));
}

Status reset_by_command(const CommandConfig& command, const AddressBook& addresses,
                        const StopSignal& stop) {
  CUTSET_ASSIGN(const CommandOutcome outcome,
                run_configured_command(command, addresses, nullptr, kDeadline, stop));
  if (outcome.exit_code == 0 && !outcome.timed_out) return {};
  CUTSET_ASSIGN(const std::string program,
                addresses.expand(command.arguments.front(), ""));
  return Error::unavailable(fmt::format(
      "reset: the command {} {}", program,
      outcome.timed_out ? "was not done within " + duration_text(kDeadline)
                        : fmt::format("ended with exit code {}", outcome.exit_code)));
}

}  // namespace

Status reset_system(const std::vector<ResetStep>& steps, const AddressBook& addresses,
                    HttpClient& client, const StopSignal& stop) {
  for (const ResetStep& step : steps) {
    if (step.http) {
      CUTSET_TRY(reset_by_http(*step.http, addresses, client));
    } else {
      CUTSET_TRY(reset_by_command(*step.command, addresses, stop));
    }
  }
  return {};
}

}  // namespace cutset::injector
