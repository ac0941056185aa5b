#include "injector/observation.h"

#include <map>

#include <fmt/format.h>

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
using lineage::Answer;

// Every call carries its whole stack: deeper than this is a loop in the system under
// test.
constexpr size_t kDeepestCall = 200;

Answer answer_from(const v1::Observed& observed) {
  Answer answer;
  switch (observed.kind()) {
    case v1::Observed::STATUS:
      answer.kind = Answer::Kind::kStatus;
      answer.status = observed.status();
      answer.exact_digest = observed.exact_digest();
      answer.shape_digest = observed.shape_digest();
      break;
    case v1::Observed::REFUSED:
      answer.kind = Answer::Kind::kRefused;
      break;
    case v1::Observed::RESET:
      answer.kind = Answer::Kind::kReset;
      break;
    default:
      answer.kind = Answer::Kind::kTimeout;  // nothing was seen
  }
  return answer;
}

identity::Point point_from(const v1::CallRecord& record) {
  identity::Point point;
  point.callee = record.callee();
  point.signature = record.signature();
  point.key = record.key();
  point.ordinal = record.ordinal();
  return point;
}

lineage::Call call_from(const v1::CallRecord& record,
                        const std::vector<RequestFault>& faults, const Config& config) {
  lineage::Call call;
  call.method = record.method();
  call.target = record.target();
  call.effectful =
      config.is_effectful(record.callee(), record.method(), record.signature());
  call.executed = record.executed();
  if (call.executed && record.answered().kind() != v1::Observed::NONE) {
    call.answered = answer_from(record.answered());
  }
  call.seen = answer_from(record.seen());
  call.failed = lineage::is_failure(call.seen);
  if (record.fault() > 0 && record.fault() <= faults.size()) {
    call.fault = faults[record.fault() - 1].mode;
  }
  call.start_ns = record.start_ns();
  call.end_ns = record.end_ns();
  call.unfinished = record.unfinished();
  call.trace_id = record.trace_id();
  call.span_id = record.span_id();
  return call;
}

}  // namespace

lineage::Execution execution_from_records(const std::string& run,
                                          const v1::CollectRunReply& reply,
                                          const std::vector<RequestFault>& faults,
                                          const Config& config,
                                          std::vector<std::string>& notes) {
  lineage::Execution execution;
  execution.run = run;
  execution.unmarked_calls = reply.unmarked_calls();
  std::map<uint64_t, int> index_of;
  int misplaced = 0;
  for (const v1::CallRecord& record : reply.calls()) {
    const identity::Point point = point_from(record);
    const auto parent = index_of.find(record.parent());
    const bool known_parent = record.parent() == 0 || parent != index_of.end();
    const bool derived = record.handle() == identity::call_handle(record.parent(), point);
    if (!known_parent || !derived || point.ordinal == 0 ||
        index_of.contains(record.handle())) {
      ++misplaced;
      continue;
    }
    lineage::Call call = call_from(record, faults, config);
    if (record.parent() != 0) {
      call.parent = parent->second;
      call.id = execution.calls[static_cast<size_t>(call.parent)].id;
    }
    if (call.id.points.size() >= kDeepestCall) {
      ++misplaced;
      continue;
    }
    call.id.points.push_back(point);
    index_of[record.handle()] = static_cast<int>(execution.calls.size());
    execution.calls.push_back(std::move(call));
  }
  if (misplaced > 0) {
    notes.push_back(
        fmt::format("{} calls are left out: their caller is not known, or more than "
                    "{} calls are inside each other",
                    misplaced, kDeepestCall));
  }
  return execution;
}

std::vector<campaign::FaultReport> fault_reports(const campaign::FaultSet& planned,
                                                 const std::vector<RequestFault>& faults,
                                                 const v1::CollectRunReply& reply,
                                                 const lineage::Execution& execution) {
  std::map<std::string, const v1::FaultState*> state_of;
  for (const v1::FaultState& state : reply.faults()) {
    if (state.id() == 0 || state.id() > faults.size()) continue;
    state_of[faults[state.id() - 1].call.text()] = &state;
  }
  std::map<uint64_t, std::string> names;
  for (const lineage::Call& call : execution.calls) {
    names[identity::call_handle(call.id)] = call.id.text();
  }
  std::vector<campaign::FaultReport> reports;
  for (const campaign::Fault& fault : planned) {
    campaign::FaultReport report;
    report.fault = fault;
    const Result<identity::CallId> event = identity::parse_call_id(fault.event);
    const auto state = event.ok() ? state_of.find(event->text()) : state_of.end();
    if (state == state_of.end()) {
      report.error = "the agent does not report on this fault";
    } else {
      report.armed = state->second->armed();
      report.fired = state->second->fired();
      report.undone = state->second->undone();
      report.error = state->second->error();
      const auto name = names.find(state->second->fired_on());
      if (report.fired && name != names.end()) report.fired_on = name->second;
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace cutset::injector
