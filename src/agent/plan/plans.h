// The plan of the present controller: loaded for it, closed with its lease. One at a
// time.
//
// Thread rule: all functions may be called from any thread. close() and abandon() return
// when everything is undone; meanwhile nothing is loaded.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/faults/fault.h"
#include "base/result.h"

namespace cutset::agent {

class Instances;
class Proxies;
class Supervisor;

class Plans {
 public:
  /// `host` without instances; what it points to must outlive this.
  Plans(FaultHost host, Supervisor& supervisor, Proxies& proxies);
  ~Plans();
  Plans(const Plans&) = delete;
  Plans& operator=(const Plans&) = delete;

  Result<v1::LoadPlanReply> load(const v1::LoadPlanRequest& request);
  Result<v1::StartPlanReply> start(const v1::StartPlanRequest& request);
  Result<v1::FireStepReply> fire(const v1::FireStepRequest& request);
  /// Hands on events after `after` until the plan is closed, `write` says no, or
  /// `given_up` says so. Error: no plan is loaded.
  Status watch(uint64_t after, const std::function<bool(const v1::StepEvent&)>& write,
               const std::function<bool()>& given_up);
  Result<v1::ClosePlanReply> close();

  /// Calls `look` with the instances of the plan, which stay meanwhile. Not at all if no
  /// plan is loaded, or one is being loaded or closed.
  void look_at(const std::function<void(const Instances&)>& look) const;

  /// Closes a plan if there is one. Returns how many faults were in place.
  uint32_t abandon();
  uint32_t faults_in_place() const;

 private:
  struct Loaded;
  std::shared_ptr<Loaded> loaded() const;
  std::vector<std::string> end(Loaded& plan);
  void note_changes(const std::shared_ptr<Loaded>& plan);

  const FaultHost host_;
  Supervisor& supervisor_;
  Proxies& proxies_;
  mutable std::mutex mutex_;
  std::shared_ptr<Loaded> loaded_;  // guarded by mutex_
  mutable std::mutex changing_;     // held while a plan is loaded or closed
};

}  // namespace cutset::agent
