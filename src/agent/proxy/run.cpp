#include "agent/proxy/run.h"

#include <fmt/format.h>

#include "agent/proxy/mark.h"
#include "base/check.h"
#include "base/hash.h"
#include "identity/call_id.h"

namespace cutset::agent::proxy {

namespace {

constexpr int kMostFaults = 10'000;
constexpr int kMostKeyedPoints = 100'000;
constexpr size_t kShownTarget = 256;

identity::Point point_of(const v1::CallRecord& record) {
  identity::Point point;
  point.callee = record.callee();
  point.signature = record.signature();
  point.key = record.key();
  point.ordinal = record.ordinal();
  return point;
}

}  // namespace

Result<std::shared_ptr<Run>> Run::plan(const v1::ArmRunRequest& request,
                                       const Clock& clock, size_t most_records) {
  if (!is_run_name(request.run())) {
    return Error::bad_input(
        fmt::format("run \"{}\": expected 1 to 64 letters, digits, '.', '_' or '-'",
                    printable(request.run().substr(0, 100))));
  }
  if (request.faults_size() > kMostFaults ||
      request.keyed_points_size() > kMostKeyedPoints) {
    return Error::bad_input(
        fmt::format("run {}: {} faults and {} keyed points; at most {} and {} are taken",
                    request.run(), request.faults_size(), request.keyed_points_size(),
                    kMostFaults, kMostKeyedPoints));
  }
  std::shared_ptr<Run> run(new Run(clock));
  run->name_ = request.run();
  run->most_records_ = most_records;
  for (const v1::FaultPlan& fault : request.faults()) CUTSET_TRY(run->add_fault(fault));
  run->keyed_points_.insert(request.keyed_points().begin(), request.keyed_points().end());
  return run;
}

Status Run::add_fault(const v1::FaultPlan& plan) {
  const auto wrong = [&plan](const std::string& why) {
    return Error::bad_input(fmt::format("fault {} on \"{}\": {}", plan.id(),
                                        plan.call().substr(0, 500), why));
  };
  const auto id = identity::parse_call_id(plan.call());
  if (!id.ok()) return wrong(id.error().message);
  for (size_t i = 0; i + 1 < id->points.size(); ++i) {
    if (id->points[i].ordinal == 0)
      return wrong("\"#*\" is possible only at the last point");
  }
  const auto mode =
      identity::fault_mode_of(plan.action(), plan.status(), plan.milliseconds());
  if (!mode.ok()) return wrong(mode.error().message);
  PlannedFault fault;
  fault.mode = *mode;
  if (plan.id() == 0) return wrong("its id is 0; expected 1 or more");
  for (const PlannedFault& other : faults_) {
    if (other.state.id() == plan.id())
      return wrong("its id is used by another fault as well");
  }
  fault.state.set_id(plan.id());
  if (!fault_by_handle_.emplace(identity::call_handle(*id), faults_.size()).second) {
    return wrong("another fault is planned for the same call; one is possible");
  }
  faults_.push_back(std::move(fault));
  return {};
}

std::string Run::tracestate() const {
  return fmt::format("cutset={}.0", name_);
}

void Run::arm() {
  armed_ = true;
  last_activity_ = now();
  for (PlannedFault& fault : faults_) {
    fault.state.set_armed(true);
    fault.state.set_armed_ns(clock_.utc(last_activity_));
  }
}

uint32_t Run::armed_faults() const {
  return armed_ && !closed_ ? static_cast<uint32_t>(faults_.size()) : 0;
}

std::optional<size_t> Run::begin(Arrival arrival, OpenCall* call) {
  CHECK(armed_ && !closed_);
  last_activity_ = arrival.time;
  if (calls_.size() >= most_records_) {
    ++refused_records_;
    return std::nullopt;
  }
  identity::RequestShape shape = identity::request_shape(arrival.method, arrival.target);
  Call& entry = calls_.emplace_back();
  entry.concrete = std::move(shape.concrete);
  v1::CallRecord& record = entry.record;
  record.set_parent(arrival.parent);
  record.set_callee(std::move(arrival.callee));
  record.set_signature(std::move(shape.signature));
  record.set_method(std::move(arrival.method));
  record.set_target(arrival.target.substr(0, kShownTarget));
  record.set_trace_id(std::move(arrival.trace_id));
  record.set_span_id(std::move(arrival.span_id));
  record.set_start_ns(clock_.utc(arrival.time));
  open_.emplace(calls_.size() - 1, call);
  return calls_.size() - 1;
}

bool Run::is_keyed(size_t call) const {
  if (keyed_points_.empty()) return false;
  const v1::CallRecord& record = calls_[call].record;
  return keyed_points_.count(record.callee() + ":" + record.signature()) > 0 ||
         keyed_points_.count(point_of(record).text_without_ordinal()) > 0;
}

std::string Run::content_key(size_t call, std::optional<uint64_t> body) const {
  if (closed_) return {};
  std::string key = calls_[call].concrete;
  if (body.has_value()) key += (key.empty() ? "body:" : ";body:") + hex16(*body);
  return key;
}

PlannedFault* Run::identify(size_t call, const std::string& key) {
  CHECK(!closed_);
  Call& entry = calls_[call];
  v1::CallRecord& record = entry.record;
  record.set_key(key);
  identity::Point point = point_of(record);
  point.ordinal = 0;
  const uint64_t every_attempt = identity::call_handle(record.parent(), point);
  point.ordinal = ++ordinals_[every_attempt];
  const uint64_t handle = identity::call_handle(record.parent(), point);
  record.set_ordinal(point.ordinal);
  record.set_handle(handle);
  entry.identified = true;
  call_by_handle_.emplace(handle, call);
  auto found = fault_by_handle_.find(handle);
  if (found == fault_by_handle_.end()) found = fault_by_handle_.find(every_attempt);
  if (found == fault_by_handle_.end()) return nullptr;
  PlannedFault& fault = faults_[found->second];
  fault.state.set_hits(fault.state.hits() + 1);
  return &fault;
}

std::string Run::caller_of(size_t call) const {
  if (closed_) return {};
  const auto parent = call_by_handle_.find(calls_[call].record.parent());
  return parent == call_by_handle_.end() ? std::string()
                                         : calls_[parent->second].record.callee();
}

void Run::fired(PlannedFault& fault, size_t call) {
  if (closed_) return;
  v1::CallRecord& record = calls_[call].record;
  record.set_fault(fault.state.id());
  if (fault.state.fired()) return;
  fault.state.set_fired(true);
  fault.state.set_fired_on(record.handle());
  fault.state.set_fired_ns(clock_.utc(now()));
}

v1::CallRecord* Run::record(size_t call) {
  return closed_ ? nullptr : &calls_[call].record;
}

void Run::end(size_t call, Nanos time) {
  if (open_.erase(call) == 0 || closed_) return;
  last_activity_ = now();
  calls_[call].record.set_end_ns(clock_.utc(time));
  if (open_.empty() && on_idle_) on_idle_();
}

uint32_t Run::close(v1::CollectRunReply* reply) {
  if (closed_) return 0;
  const uint32_t lifted = armed_faults();
  closed_ = true;
  for (const auto& [call, observer] : open_) calls_[call].record.set_unfinished(true);
  // A released call ends and takes itself out of the map.
  while (!open_.empty()) {
    OpenCall* const observer = open_.begin()->second;
    open_.erase(open_.begin());
    observer->on_lifted();
  }
  const int64_t time = clock_.utc(now());
  if (reply != nullptr) {
    for (Call& call : calls_) {
      // A call whose body was still being read has no identity yet.
      if (call.identified) *reply->add_calls() = std::move(call.record);
    }
    for (PlannedFault& fault : faults_) {
      fault.state.set_undone(true);
      fault.state.set_undone_ns(time);
      if (refused_records_ > 0) {
        fault.state.set_error(fmt::format(
            "{} calls came after the limit of {} records and were passed without "
            "faults; use a smaller workload",
            refused_records_, most_records_));
      }
      *reply->add_faults() = fault.state;
    }
    reply->set_unmarked_calls(unmarked_);
  }
  calls_.clear();
  call_by_handle_.clear();
  on_idle_ = nullptr;
  return lifted;
}

}  // namespace cutset::agent::proxy
