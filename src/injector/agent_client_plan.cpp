#include <chrono>

#include "injector/agent_connection.h"
#include "injector/agent_stream.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
namespace v1 = agent::v1;

constexpr auto kCallDeadline = 20s;
// Undoing may wait for processes to end and for containers to be started again.
constexpr auto kCloseDeadline = 120s;
constexpr auto kClockDeadline = 2s;

}  // namespace

Result<v1::LoadPlanReply> AgentClient::load_plan(v1::LoadPlanRequest request) {
  return connection_->call(&v1::Agent::Stub::LoadPlan, std::move(request), kCallDeadline);
}

Result<v1::StartPlanReply> AgentClient::start_plan(int64_t barrier_utc_ns) {
  v1::StartPlanRequest request;
  request.set_barrier_utc_ns(barrier_utc_ns);
  return connection_->call(&v1::Agent::Stub::StartPlan, std::move(request),
                           kCallDeadline);
}

Result<v1::FireStepReply> AgentClient::fire_step(const std::string& step) {
  v1::FireStepRequest request;
  request.set_step(step);
  return connection_->call(&v1::Agent::Stub::FireStep, std::move(request), kCallDeadline);
}

std::unique_ptr<AgentWatch> AgentClient::watch_plan(
    uint64_t after, std::function<void(const v1::StepEvent&)> on_event) {
  v1::WatchPlanRequest request;
  request.set_lease(connection_->lease());
  request.set_after(after);
  return std::make_unique<AgentStream<v1::StepEvent>>(
      [&](grpc::ClientContext* context) {
        return connection_->stub().WatchPlan(context, request);
      },
      std::move(on_event));
}

Result<v1::ClosePlanReply> AgentClient::close_plan() {
  return connection_->call(&v1::Agent::Stub::ClosePlan, v1::ClosePlanRequest(),
                           kCloseDeadline);
}

Result<v1::ExchangeClockReply> AgentClient::exchange_clock() {
  return connection_->call(&v1::Agent::Stub::ExchangeClock, v1::ExchangeClockRequest(),
                           kClockDeadline);
}

std::unique_ptr<AgentWatch> AgentClient::watch_resources(
    std::chrono::milliseconds interval,
    std::function<void(const v1::ResourceSamples&)> on_samples) {
  v1::WatchResourcesRequest request;
  request.set_lease(connection_->lease());
  request.set_interval_ms(static_cast<uint32_t>(interval.count()));
  return std::make_unique<AgentStream<v1::ResourceSamples>>(
      [&](grpc::ClientContext* context) {
        return connection_->stub().WatchResources(context, request);
      },
      std::move(on_samples));
}

Result<v1::MakeNetworkReply> AgentClient::make_network(v1::MakeNetworkRequest request) {
  return connection_->call(&v1::Agent::Stub::MakeNetwork, std::move(request),
                           kCallDeadline);
}

Result<v1::RemoveNetworkReply> AgentClient::remove_network() {
  return connection_->call(&v1::Agent::Stub::RemoveNetwork, v1::RemoveNetworkRequest(),
                           kCallDeadline);
}

}  // namespace cutset::injector
