// What playing a schedule asks of one host's agent; AgentClient does it over the wire
// (play/client_agent.h), tests with less.
//
// Thread rule: calls from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "cutset/agent/v1/agent.pb.h"

#include "base/result.h"
#include "injector/agent_watch.h"

namespace cutset::injector::play {

class PlanAgent {
 public:
  using OnEvent = std::function<void(const agent::v1::StepEvent&)>;
  using OnSamples = std::function<void(const agent::v1::ResourceSamples&)>;

  virtual ~PlanAgent() = default;

  virtual Result<agent::v1::LoadPlanReply> load_plan(
      agent::v1::LoadPlanRequest request) = 0;
  virtual Result<agent::v1::StartPlanReply> start_plan(int64_t barrier_utc_ns) = 0;
  virtual Result<agent::v1::FireStepReply> fire_step(const std::string& step) = 0;
  /// The functions are called on a thread of the watch until it is destroyed.
  virtual std::unique_ptr<AgentWatch> watch_plan(uint64_t after, OnEvent on_event) = 0;
  virtual std::unique_ptr<AgentWatch> watch_resources(std::chrono::milliseconds interval,
                                                      OnSamples on_samples) = 0;
  virtual Result<agent::v1::ClosePlanReply> close_plan() = 0;
  virtual Result<agent::v1::ExchangeClockReply> exchange_clock() = 0;
  virtual Result<agent::v1::ReadLogReply> read_log(agent::v1::ReadLogRequest request) = 0;
  virtual Result<agent::v1::ArmRunReply> arm_run(agent::v1::ArmRunRequest request) = 0;
  virtual Result<agent::v1::CollectRunReply> abandon_run(const std::string& run) = 0;
};

}  // namespace cutset::injector::play
