#include "agent/service_impl.h"

#include "cutset/agent/v1/agent.grpc.pb.h"
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "agent/cancel_watch.h"
#include "agent/plan/event_log.h"
#include "agent/resources/resource_watch.h"
#include "agent/service_log.h"
#include "agent/validate.h"
#include "agent/version.h"
#include "base/boot_id.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

using grpc::ServerContext;

grpc::StatusCode code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
    case ErrorKind::kBadInput:
      return grpc::StatusCode::INVALID_ARGUMENT;
    // Not UNAVAILABLE: for clients that means that the agent itself is not there.
    case ErrorKind::kUnavailable:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case ErrorKind::kInterrupted:
      return grpc::StatusCode::CANCELLED;
    case ErrorKind::kInternal:
      return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::INTERNAL;
}

grpc::Status failed(const Error& error) {
  return {code_of(error.kind), error.text()};
}

grpc::Status no_lease() {
  return {grpc::StatusCode::PERMISSION_DENIED,
          "this token does not hold the lease of the agent: it has ended (no beat in "
          "time, or its stream closed) or was "
          "never given; call Hello"};
}

template <typename Reply>
grpc::Status answer(Result<Reply> result, Reply* reply) {
  if (!result.ok()) return failed(result.error());
  *reply = std::move(*result);
  return grpc::Status::OK;
}

class AgentService final : public v1::Agent::Service {
 public:
  explicit AgentService(const Parts& parts) : parts_(parts) {}

  grpc::Status Hello(ServerContext*, const v1::HelloRequest* request,
                     v1::HelloReply* reply) override {
    if (const Status valid = check_request(*request); !valid.ok())
      return failed(valid.error());
    const std::string controller =
        request->controller().empty() ? "unnamed" : request->controller();
    const Result<std::string> token = parts_.lease.acquire(controller);
    if (!token.ok()) return failed(token.error());
    reply->set_protocol_version(1);
    reply->set_agent_version(version());
    reply->set_lease(*token);
    reply->set_lease_ms(static_cast<uint32_t>(parts_.lease.length().count()));
    return grpc::Status::OK;
  }

  grpc::Status Keep(ServerContext* context,
                    grpc::ServerReaderWriter<v1::BeatReply, v1::Beat>* stream) override {
    v1::Beat beat;
    if (!stream->Read(&beat)) {
      return {grpc::StatusCode::INVALID_ARGUMENT, "the first beat must carry the lease"};
    }
    const std::string token = beat.lease();
    const Status kept = parts_.lease.keep(token, [context] { context->TryCancel(); });
    if (!kept.ok())
      return kept.error().kind == ErrorKind::kUsage ? no_lease() : failed(kept.error());
    // A later beat may leave the token out: the stream is bound to it.
    while (parts_.lease.beat(token) && stream->Write(v1::BeatReply()) &&
           stream->Read(&beat)) {
    }
    parts_.lease.release(token, context->IsCancelled()
                                    ? "the connection of the controller broke"
                                    : "the controller closed the lease");
    return grpc::Status::OK;
  }

  grpc::Status OpenProxies(ServerContext*, const v1::OpenProxiesRequest* request,
                           v1::OpenProxiesReply* reply) override {
    return leased(*request, reply, [&] { return parts_.proxies.open(*request); });
  }

  grpc::Status EmptyData(ServerContext*, const v1::EmptyDataRequest* request,
                         v1::EmptyDataReply* reply) override {
    return leased(*request, reply, [&] { return parts_.proxies.empty_data(); });
  }

  grpc::Status StartService(ServerContext*, const v1::StartServiceRequest* request,
                            v1::StartServiceReply* reply) override {
    return leased(*request, reply, [&]() -> Result<v1::StartServiceReply> {
      std::vector<std::string> environment;
      for (const v1::Variable& variable : request->environment()) {
        environment.push_back(variable.name() + "=" + variable.value());
      }
      v1::StartServiceReply started;
      CUTSET_ASSIGN(const int64_t pid,
                    parts_.supervisor.start(
                        {request->name(),
                         {request->arguments().begin(), request->arguments().end()},
                         std::move(environment),
                         request->folder(),
                         {}}));
      started.set_pid(pid);
      return started;
    });
  }

  grpc::Status StopService(ServerContext*, const v1::StopServiceRequest* request,
                           v1::StopServiceReply* reply) override {
    if (const Status valid = check_request(*request); !valid.ok())
      return failed(valid.error());
    // Outside with_lease: a long grace must not keep an ending lease from ending
    // everything.
    if (!parts_.lease.holds(request->lease())) return no_lease();
    const Result<int> stopped = parts_.supervisor.stop(
        request->name(), std::chrono::milliseconds(request->grace_ms()));
    if (!stopped.ok()) return failed(stopped.error());
    reply->set_exit_code(*stopped);
    return grpc::Status::OK;
  }

  grpc::Status ReadLog(ServerContext*, const v1::ReadLogRequest* request,
                       v1::ReadLogReply* reply) override {
    if (const Status valid = check_request(*request); !valid.ok())
      return failed(valid.error());
    if (!parts_.lease.holds(request->lease())) return no_lease();
    return answer(read_service_log(parts_.state_folder, *request), reply);
  }

  grpc::Status ArmRun(ServerContext*, const v1::ArmRunRequest* request,
                      v1::ArmRunReply* reply) override {
    return leased(*request, reply, [&] { return parts_.proxies.arm(*request); });
  }

  grpc::Status CollectRun(ServerContext* context, const v1::CollectRunRequest* request,
                          v1::CollectRunReply* reply) override {
    if (const Status valid = check_request(*request); !valid.ok())
      return failed(valid.error());
    if (!parts_.lease.holds(request->lease())) return no_lease();
    // Who gives up collecting gives up the run: its faults are lifted, and the engine
    // stops waiting.
    const CancelWatch::Watched watched(
        cancel_watch_, [context] { return context->IsCancelled(); },
        [this] { parts_.proxies.lift_all(); });
    Result<v1::CollectRunReply> collected = parts_.proxies.collect(*request);
    if (!parts_.lease.holds(request->lease())) return no_lease();
    if (collected.ok() && !request->look()) {
      for (const EndedService& ended : parts_.supervisor.take_ended()) {
        v1::ServiceEnd* end = collected->add_ended();
        end->set_name(ended.name);
        end->set_exit_code(ended.exit_code);
      }
    }
    return answer(std::move(collected), reply);
  }

  grpc::Status LoadPlan(ServerContext*, const v1::LoadPlanRequest* request,
                        v1::LoadPlanReply* reply) override {
    return leased(*request, reply, [&] { return parts_.plans.load(*request); });
  }

  grpc::Status StartPlan(ServerContext*, const v1::StartPlanRequest* request,
                         v1::StartPlanReply* reply) override {
    return leased(*request, reply, [&] { return parts_.plans.start(*request); });
  }

  grpc::Status FireStep(ServerContext*, const v1::FireStepRequest* request,
                        v1::FireStepReply* reply) override {
    return leased(*request, reply, [&] { return parts_.plans.fire(*request); });
  }

  grpc::Status WatchPlan(ServerContext* context, const v1::WatchPlanRequest* request,
                         grpc::ServerWriter<v1::StepEvent>* writer) override {
    if (!parts_.lease.holds(request->lease())) return no_lease();
    const Status watched = parts_.plans.watch(
        request->after(),
        [&](const v1::StepEvent& event) { return writer->Write(event); },
        [&] { return context->IsCancelled(); });
    return watched.ok() ? grpc::Status::OK : failed(watched.error());
  }

  grpc::Status ClosePlan(ServerContext*, const v1::ClosePlanRequest* request,
                         v1::ClosePlanReply* reply) override {
    // Outside with_lease, like StopService: undoing may take seconds.
    if (!parts_.lease.holds(request->lease())) return no_lease();
    return answer(parts_.plans.close(), reply);
  }

  grpc::Status ExchangeClock(ServerContext*, const v1::ExchangeClockRequest* request,
                             v1::ExchangeClockReply* reply) override {
    reply->set_received_utc_ns(utc_now_ns());
    if (!parts_.lease.holds(request->lease())) return no_lease();
    reply->set_sent_utc_ns(utc_now_ns());
    reply->set_monotonic_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                Monotonic::now().time_since_epoch())
                                .count());
    reply->set_boot_id(boot_id());
    return grpc::Status::OK;
  }

  grpc::Status WatchResources(ServerContext* context,
                              const v1::WatchResourcesRequest* request,
                              grpc::ServerWriter<v1::ResourceSamples>* writer) override {
    if (!parts_.lease.holds(request->lease())) return no_lease();
    const Status watched = watch_resources(
        parts_.plans, std::chrono::milliseconds(request->interval_ms()),
        [&](const v1::ResourceSamples& samples) { return writer->Write(samples); },
        [&] { return context->IsCancelled() || !parts_.lease.holds(request->lease()); });
    return watched.ok() ? grpc::Status::OK : failed(watched.error());
  }

  grpc::Status MakeNetwork(ServerContext*, const v1::MakeNetworkRequest* request,
                           v1::MakeNetworkReply* reply) override {
    return leased(*request, reply, [&] { return parts_.network.make(*request); });
  }

  grpc::Status RemoveNetwork(ServerContext*, const v1::RemoveNetworkRequest* request,
                             v1::RemoveNetworkReply* reply) override {
    return leased(*request, reply, [&]() -> Result<v1::RemoveNetworkReply> {
      CUTSET_TRY(parts_.network.remove());
      return v1::RemoveNetworkReply();
    });
  }

  grpc::Status ClaimEngine(ServerContext*, const v1::ClaimEngineRequest* request,
                           v1::ClaimEngineReply* reply) override {
    return leased(*request, reply, [&]() -> Result<v1::ClaimEngineReply> {
      CUTSET_TRY(parts_.engines.claim(request->engine(), request->mark()));
      return v1::ClaimEngineReply();
    });
  }

  grpc::Status GetStatus(ServerContext*, const v1::GetStatusRequest*,
                         v1::GetStatusReply* reply) override {
    const std::string controller = parts_.lease.controller();
    reply->set_agent_version(version());
    reply->set_leased(!controller.empty());
    reply->set_controller(controller);
    reply->set_armed_faults(parts_.proxies.armed_faults() +
                            parts_.plans.faults_in_place());
    std::map<std::string, v1::ServiceStatus> services;
    for (const auto& [name, opened] : parts_.proxies.opened()) {
      services[name].set_listen(opened.listen());
      services[name].set_proxy(opened.proxy());
    }
    for (const auto& [name, pid] : parts_.supervisor.running())
      services[name].set_pid(pid);
    for (auto& [name, status] : services) {
      status.set_name(name);
      *reply->add_services() = std::move(status);
    }
    return grpc::Status::OK;
  }

  grpc::Status UndoAll(ServerContext*, const v1::UndoAllRequest*,
                       v1::UndoAllReply* reply) override {
    reply->set_faults_lifted(parts_.plans.abandon() + parts_.proxies.lift_all());
    const Result<int> ended = parts_.supervisor.end_all();
    if (!ended.ok()) return failed(ended.error());
    reply->set_processes_ended(static_cast<uint32_t>(*ended));
    log_info("undo-all: {} faults lifted, {} processes ended", reply->faults_lifted(),
             *ended);
    return grpc::Status::OK;
  }

 private:
  template <typename Request, typename Reply, typename Work>
  grpc::Status leased(const Request& request, Reply* reply, const Work& work) {
    if constexpr (requires { check_request(request); }) {
      if (const Status valid = check_request(request); !valid.ok())
        return failed(valid.error());
    }
    grpc::Status status = no_lease();
    parts_.lease.with_lease(request.lease(), [&] { status = answer(work(), reply); });
    return status;
  }

  const Parts parts_;
  CancelWatch cancel_watch_;
};

}  // namespace

std::unique_ptr<grpc::Service> make_service(const Parts& parts) {
  return std::make_unique<AgentService>(parts);
}

}  // namespace cutset::agent
