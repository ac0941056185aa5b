// An agent that only pretends: it keeps to the contract of plans (schedule.proto), does
// nothing to anybody, and can be told to refuse, to be late, to be lost, and how wrong
// its clock is.
//
// Thread rule: all functions from any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "injector/play/plan_agent.h"

namespace cutset::injector::play {

class FakeAgent final : public PlanAgent {
 public:
  struct Manners {
    int64_t clock_ahead_ns = 0;
    int late = 0;                                // so often it refuses the barrier
    std::map<std::string, std::string> refuses;  // step: problem
    std::set<std::string> fails;                 // steps that fail when they are due
    std::map<std::string, int64_t> triggers_at;  // step: since the barrier
    std::set<std::string> hits;                  // requests whose call comes at once
    int64_t lost_at_ns = -1;                     // since the barrier
    std::string output;                          // of every instance, once it runs
    std::string old_output;                      // before, in another file
  };

  explicit FakeAgent(Manners manners);
  ~FakeAgent() override;

  Result<agent::v1::LoadPlanReply> load_plan(agent::v1::LoadPlanRequest request) override;
  Result<agent::v1::StartPlanReply> start_plan(int64_t barrier_utc_ns) override;
  Result<agent::v1::FireStepReply> fire_step(const std::string& step) override;
  std::unique_ptr<AgentWatch> watch_plan(uint64_t after, OnEvent on_event) override;
  std::unique_ptr<AgentWatch> watch_resources(std::chrono::milliseconds interval,
                                              OnSamples on_samples) override;
  Result<agent::v1::ClosePlanReply> close_plan() override;
  Result<agent::v1::ExchangeClockReply> exchange_clock() override;
  Result<agent::v1::ReadLogReply> read_log(agent::v1::ReadLogRequest request) override;
  Result<agent::v1::ArmRunReply> arm_run(agent::v1::ArmRunRequest request) override;
  Result<agent::v1::CollectRunReply> abandon_run(const std::string& run) override;

  void lose();
  int loads() const;
  int closes() const;
  bool is_open() const;
  std::vector<int64_t> barriers() const;  // by its own clock, those it accepted

 private:
  class Watch;
  int64_t now() const;
  void run();
  void act(const agent::v1::Step& step);
  void say(agent::v1::StepEvent::Kind kind, const agent::v1::Step* step,
           const std::string& detail = "", const std::string& error = "");
  Status alive() const;

  const Manners manners_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  bool lost_ = false;
  bool open_ = false;
  int late_ = 0;
  int loads_ = 0;
  int closes_ = 0;
  int64_t barrier_ = 0;  // by its own clock
  std::vector<int64_t> barriers_;
  std::vector<agent::v1::Step> steps_;
  std::set<std::string> begun_;
  std::map<std::string, int64_t> undo_at_;
  std::vector<agent::v1::StepEvent> events_;
  std::set<Watch*> watches_;
  std::string run_;
  std::vector<agent::v1::FaultPlan> armed_;
  std::thread thread_;
};

}  // namespace cutset::injector::play
