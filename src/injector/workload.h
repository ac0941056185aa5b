// One request to the system under test: an HTTP exchange through the entry's proxy, or a
// command.
//
// Thread rule: one owner thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/subprocess.h"
#include "injector/address_book.h"
#include "injector/config.h"
#include "injector/history_run.h"
#include "injector/http_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

/// What the workload got. Exactly one of http, command, history and failure says how it
/// ended.
struct WorkloadAnswer {
  std::optional<HttpAnswer> http;
  std::optional<CommandOutcome> command;  // done before its deadline
  std::shared_ptr<HistoryRun> history;    // its load is done
  std::string failure;                    // "no answer within 5s"
};

/// The W3C trace context of one run.
struct TraceContext {
  std::string traceparent;
  std::string tracestate;
  std::string trace_id;  // hex, part of traceparent
};
/// A new random trace, sampled.
TraceContext new_trace(const std::string& tracestate);

/// Error: interrupted; a command that cannot be started. Whatever the system answers is
/// no error.
Result<WorkloadAnswer> run_workload(const WorkloadConfig& workload,
                                    const AddressBook& addresses,
                                    const TraceContext& trace, HttpClient& client,
                                    const StopSignal& stop);

/// A command of cutset.yaml with its placeholders expanded. Error: cannot be started,
/// interrupted.
Result<CommandOutcome> run_configured_command(const CommandConfig& command,
                                              const AddressBook& addresses,
                                              const TraceContext* trace,
                                              Milliseconds deadline,
                                              const StopSignal& stop);

/// The request of cutset.yaml, addressed to the service itself.
HttpRequest direct_request(const HttpConfig& http, const AddressBook& addresses,
                           Milliseconds deadline);

}  // namespace cutset::injector
