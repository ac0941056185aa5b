// The armed run: its planned faults, the identity of each marked call, and the records of
// what was seen.
//
// Invariants:
// 1. A fault is found only for a call with exactly its planned identity ("#*": any
// attempt of that point).
// 2. Records are in order of arrival. close() freezes them: afterwards record() is null
// for every call.
// 3. Never more than kMostRecords records; what comes beyond is counted and makes the run
// not quiet.
//
// Thread rule: plan() on any thread; all else on the loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cutset/agent/v1/agent.pb.h"

#include "agent/proxy/clock.h"
#include "agent/proxy/faults/request_fault.h"
#include "base/result.h"
#include "identity/fault_mode.h"
#include "identity/signature.h"

namespace cutset::agent::proxy {

constexpr size_t kMostRecords = 200'000;
/// How much of a request's body decides its content key.
constexpr size_t kKeyedBody = 64 * 1024;

/// An open call of the run, told when the faults are lifted.
class OpenCall {
 public:
  virtual ~OpenCall() = default;
  virtual void on_lifted() = 0;
};

struct PlannedFault {
  identity::FaultMode mode;
  v1::FaultState state;
};

class Run {
 public:
  struct Arrival {
    uint64_t parent = 0;
    std::string callee;
    std::string method;
    std::string target;  // printable
    std::string trace_id;
    std::string span_id;
    Nanos time = 0;
  };

  /// Error: bad_input naming the run or the fault.
  static Result<std::shared_ptr<Run>> plan(const v1::ArmRunRequest& request,
                                           const Clock& clock,
                                           size_t most_records = kMostRecords);

  const std::string& name() const { return name_; }
  std::string tracestate() const;
  void arm();
  uint32_t armed_faults() const;

  /// A marked call has arrived. Null: there is no room for its record.
  std::optional<size_t> begin(Arrival arrival, OpenCall* call);
  /// Whether the call's point is one whose calls carry a content key.
  bool is_keyed(size_t call) const;
  /// Gives the call its ordinal and handle. Returns the fault planned for it, or null.
  PlannedFault* identify(size_t call, const std::string& key);
  /// The callee of the call whose handle is this one's parent; "": none of this agent.
  std::string caller_of(size_t call) const;
  void fired(PlannedFault& fault, size_t call);
  /// What a key of this call would be, from its path and query and the hash of its body
  /// (if it has one).
  std::string content_key(size_t call, std::optional<uint64_t> body) const;
  /// Null once the run is closed.
  v1::CallRecord* record(size_t call);
  /// The caller gave up: work may go on that nobody waits for.
  void note_abandoned() { abandoned_ = true; }
  /// `time`: when the caller was given the last of the answer, or left.
  void end(size_t call, Nanos time);
  void count_unmarked() { ++unmarked_; }

  size_t begun() const { return calls_.size(); }
  size_t open_calls() const { return open_.size(); }
  Nanos last_activity() const { return last_activity_; }
  bool abandoned() const { return abandoned_; }
  bool overflowed() const { return refused_records_ > 0; }
  /// Called whenever the last open call has ended.
  void set_on_idle(std::function<void()> function) { on_idle_ = std::move(function); }

  /// Lifts every fault and releases what is held; returns how many faults were lifted.
  /// `reply` may be null.
  uint32_t close(v1::CollectRunReply* reply);

 private:
  struct Call {
    v1::CallRecord record;
    std::string concrete;
    bool identified = false;
  };

  explicit Run(const Clock& clock) : clock_(clock) {}
  Status add_fault(const v1::FaultPlan& plan);

  const Clock& clock_;
  std::string name_;
  std::vector<PlannedFault> faults_;
  std::unordered_map<uint64_t, size_t> fault_by_handle_;
  std::set<std::string> keyed_points_;
  std::unordered_map<uint64_t, uint32_t> ordinals_;  // by the handle of "#*"
  std::vector<Call> calls_;
  std::unordered_map<uint64_t, size_t> call_by_handle_;
  std::map<size_t, OpenCall*> open_;
  std::function<void()> on_idle_;
  size_t most_records_ = kMostRecords;
  int64_t refused_records_ = 0;
  int64_t unmarked_ = 0;
  Nanos last_activity_ = 0;
  bool abandoned_ = false;
  bool armed_ = false;
  bool closed_ = false;
};

}  // namespace cutset::agent::proxy
