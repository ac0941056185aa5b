// The controller's side of the contract with cutset-agent
// (src/proto/cutset/agent/v1/agent.proto): takes the lease, keeps it by beats from a
// thread of its own, and wraps every call with a deadline.
//
// A call fails with Error::unavailable when the agent is lost, Error::interrupted when
// stop was requested during a call that may take long, Error::bad_input when the agent
// refuses what it was asked; the message is the agent's own.
//
// Thread rule: calls from any thread. Destroy after the last call has returned and the
// last watch is gone.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cutset/agent/v1/agent.pb.h"
#include "cutset/agent/v1/capture.pb.h"

#include "base/result.h"
#include "injector/agent_tls.h"
#include "injector/agent_watch.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class AgentClient {
 public:
  /// Connects to the unix socket and takes the lease. Error: nobody there, held by
  /// another.
  static Result<std::unique_ptr<AgentClient>> connect(const std::string& socket,
                                                      const StopSignal& stop);
  /// The same by mutual TLS. Error also: the certificates do not fit.
  static Result<std::unique_ptr<AgentClient>> connect(const AgentTls& tls,
                                                      const StopSignal& stop);
  /// Gives the lease back; the agent undoes everything before this returns (bounded).
  ~AgentClient();
  AgentClient(const AgentClient&) = delete;
  AgentClient& operator=(const AgentClient&) = delete;

  // The lease is filled in.
  Result<agent::v1::OpenProxiesReply> open_proxies(agent::v1::OpenProxiesRequest request);
  /// Empties the data folders that open_proxies() gave.
  Result<agent::v1::EmptyDataReply> empty_data();
  Result<agent::v1::StartServiceReply> start_service(
      agent::v1::StartServiceRequest request);
  Result<agent::v1::StopServiceReply> stop_service(agent::v1::StopServiceRequest request);
  Result<agent::v1::ReadLogReply> read_log(agent::v1::ReadLogRequest request);
  Result<agent::v1::ArmRunReply> arm_run(agent::v1::ArmRunRequest request);
  /// May wait for limit_ms; ended early by a stop.
  Result<agent::v1::CollectRunReply> collect_run(agent::v1::CollectRunRequest request);
  /// Collects without waiting, also after a stop: for undoing.
  Result<agent::v1::CollectRunReply> abandon_run(const std::string& run);
  Result<agent::v1::GetStatusReply> get_status();

  // A plan (schedule.proto).
  Result<agent::v1::LoadPlanReply> load_plan(agent::v1::LoadPlanRequest request);
  Result<agent::v1::StartPlanReply> start_plan(int64_t barrier_utc_ns);
  Result<agent::v1::FireStepReply> fire_step(const std::string& step);
  /// Calls `on_event` for each event after number `after`, on the watch's own thread, in
  /// order. Ends with the plan, with the agent, or with the watch.
  std::unique_ptr<AgentWatch> watch_plan(
      uint64_t after, std::function<void(const agent::v1::StepEvent&)> on_event);
  /// Returns when everything is undone; also after a stop.
  Result<agent::v1::ClosePlanReply> close_plan();
  Result<agent::v1::ExchangeClockReply> exchange_clock();
  std::unique_ptr<AgentWatch> watch_resources(
      std::chrono::milliseconds interval,
      std::function<void(const agent::v1::ResourceSamples&)> on_samples);
  Result<agent::v1::MakeNetworkReply> make_network(agent::v1::MakeNetworkRequest request);
  Result<agent::v1::RemoveNetworkReply> remove_network();
  /// What has this mark in the engine goes with the lease.
  Status claim_engine(const std::string& engine, const std::string& mark);

  // Captured traffic (capture.proto).
  Result<agent::v1::StartCaptureReply> start_capture(
      agent::v1::StartCaptureRequest request);
  /// Ends the capture of `run`; batches in order, on the calling thread.
  Status collect_capture(
      const std::string& run,
      const std::function<void(const agent::v1::CapturedBatch&)>& on_batch);

 private:
  class Connection;
  explicit AgentClient(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace cutset::injector
