#include "injector/workload.h"

#include <random>

#include <fmt/format.h>

#include "base/hash.h"
#include "injector/duration.h"

namespace cutset::injector {

namespace {

uint64_t random_word() {
  static std::random_device device;
  uint64_t word = 0;
  // All zeros is not a valid id.
  while (word == 0) word = (uint64_t{device()} << 32) | device();
  return word;
}

HttpRequest request_to(const HttpConfig& http, std::string address,
                       Milliseconds deadline) {
  HttpRequest request;
  request.address = std::move(address);
  request.method = http.method;
  request.path = http.path;
  request.headers = http.headers;
  request.body = http.body;
  request.deadline = deadline;
  return request;
}

}  // namespace

TraceContext new_trace(const std::string& tracestate) {
  TraceContext trace;
  trace.trace_id = hex16(random_word()) + hex16(random_word());
  trace.traceparent = fmt::format("00-{}-{}-01", trace.trace_id, hex16(random_word()));
  trace.tracestate = tracestate;
  return trace;
}

HttpRequest direct_request(const HttpConfig& http, const AddressBook& addresses,
                           Milliseconds deadline) {
  return request_to(http, addresses.of(http.service).listen, deadline);
}

Result<CommandOutcome> run_configured_command(const CommandConfig& command,
                                              const AddressBook& addresses,
                                              const TraceContext* trace,
                                              Milliseconds deadline,
                                              const StopSignal& stop) {
  CUTSET_TRY(stop.check());
  CommandSpec spec;
  CUTSET_ASSIGN(spec.arguments, addresses.expand(command.arguments, ""));
  spec.folder = command.folder;
  spec.deadline = deadline;
  spec.stop_fd = stop.fd();
  if (trace != nullptr) {
    spec.environment = {{"TRACEPARENT", trace->traceparent},
                        {"TRACESTATE", trace->tracestate}};
  }
  CUTSET_ASSIGN(CommandOutcome outcome, run_command(spec));
  CUTSET_TRY(stop.check());
  return outcome;
}

Result<WorkloadAnswer> run_workload(const WorkloadConfig& workload,
                                    const AddressBook& addresses,
                                    const TraceContext& trace, HttpClient& client,
                                    const StopSignal& stop) {
  WorkloadAnswer answer;
  if (workload.command) {
    CUTSET_ASSIGN(CommandOutcome outcome,
                  run_configured_command(*workload.command, addresses, &trace,
                                         workload.within, stop));
    if (outcome.timed_out) {
      answer.failure = "not done within " + duration_text(workload.within);
    } else {
      answer.command = std::move(outcome);
    }
    return answer;
  }
  HttpRequest request = request_to(
      *workload.http, addresses.of(workload.http->service).proxy, workload.within);
  request.headers.emplace_back("traceparent", trace.traceparent);
  request.headers.emplace_back("tracestate", trace.tracestate);
  request.own_connection = true;
  Result<HttpAnswer> got = client.request(request);
  if (got) {
    answer.http = std::move(*got);
  } else if (got.error().kind == ErrorKind::kUnavailable) {
    answer.failure = got.error().message;
  } else {
    return got.error();
  }
  return answer;
}

}  // namespace cutset::injector
