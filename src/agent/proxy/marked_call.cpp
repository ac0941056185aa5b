#include "agent/proxy/marked_call.h"

#include "base/check.h"

namespace cutset::agent::proxy {

v1::Observed observed(v1::Observed::Kind kind) {
  v1::Observed result;
  result.set_kind(kind);
  return result;
}

v1::Observed observed_answer(int status, uint64_t exact, uint64_t shape) {
  v1::Observed result = observed(v1::Observed::STATUS);
  result.set_status(status);
  result.set_exact_digest(exact);
  result.set_shape_digest(shape);
  return result;
}

void MarkedCall::begin(ProxyContext& context, const std::string& callee,
                       const RequestHead& head, bool entry, Nanos arrival,
                       OpenCall* open_call) {
  if (context.run == nullptr) return;
  Run& run = *context.run;
  const std::optional<Mark> mark = find_mark(head);
  const bool ours = mark.has_value() ? mark->run == run.name() : entry;
  if (!ours) return run.count_unmarked();

  std::string traceparent = head.joined("traceparent");
  if (traceparent.empty() && !mark.has_value()) {
    traceparent = traceparent_ = context.new_traceparent();
  }
  TraceParent trace = parse_traceparent(traceparent);
  Run::Arrival call;
  call.parent = mark.has_value() ? mark->parent : 0;
  call.callee = callee;
  call.method = head.method();
  call.target = printable(head.target());
  call.trace_id = std::move(trace.trace_id);
  call.span_id = std::move(trace.span_id);
  call.time = arrival;
  const std::optional<size_t> index = run.begin(std::move(call), open_call);
  if (!index.has_value()) return;
  run_ = context.run;
  call_ = *index;
}

const PlannedFault* MarkedCall::identify(std::optional<uint64_t> body) {
  CHECK(active());
  fault_ =
      run_->identify(call_, keyed() ? run_->content_key(call_, body) : std::string());
  handle_ = run_->record(call_)->handle();
  return fault_;
}

std::string MarkedCall::changed_head(const RequestHead& head, bool drop_expect) const {
  HeadChange change;
  change.run = run_->name();
  change.handle = handle_;
  change.traceparent = traceparent_;
  change.drop_expect = drop_expect;
  return proxy::changed_head(head, change);
}

void MarkedCall::set_executed(bool executed) {
  if (v1::CallRecord* const call = record()) call->set_executed(executed);
}

void MarkedCall::set_answered(const v1::Observed& answered) {
  if (v1::CallRecord* const call = record()) *call->mutable_answered() = answered;
}

void MarkedCall::set_seen(const v1::Observed& seen) {
  if (v1::CallRecord* const call = record()) *call->mutable_seen() = seen;
}

void MarkedCall::fired() {
  if (active() && fault_ != nullptr) run_->fired(*fault_, call_);
}

void MarkedCall::note_abandoned() {
  if (active()) run_->note_abandoned();
}

void MarkedCall::end(std::optional<uint64_t> body, Nanos time) {
  if (!active()) return;
  if (v1::CallRecord* const call = record()) {
    call->set_content_key(run_->content_key(call_, body));
  }
  const std::shared_ptr<Run> run = std::exchange(run_, nullptr);
  run->end(call_, time);
}

}  // namespace cutset::agent::proxy
