// The connection of an AgentClient: channel, lease, beats; private to agent_client*.cpp.
//
// Thread rule: as AgentClient.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "cutset/agent/v1/agent.grpc.pb.h"
#include <grpcpp/grpcpp.h>

#include "base/fd.h"
#include "base/result.h"
#include "injector/agent_client.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

/// What the status of a call means to the controller.
Error agent_error(const grpc::Status& status);

class AgentClient::Connection {
 public:
  Connection(std::shared_ptr<grpc::Channel> channel, const StopSignal& stop);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Takes the lease and begins to keep it.
  Status begin();
  const std::string& lease() const { return lease_; }
  agent::v1::Agent::Stub& stub() { return *stub_; }

  /// The lease is filled in.
  template <typename Request, typename Reply>
  Result<Reply> call(grpc::Status (agent::v1::Agent::Stub::*method)(grpc::ClientContext*,
                                                                    const Request&,
                                                                    Reply*),
                     Request request, std::chrono::milliseconds deadline) {
    request.set_lease(lease_);
    return ask(method, request, deadline);
  }
  /// For requests without a lease.
  template <typename Request, typename Reply>
  Result<Reply> ask(grpc::Status (agent::v1::Agent::Stub::*method)(grpc::ClientContext*,
                                                                   const Request&,
                                                                   Reply*),
                    const Request& request, std::chrono::milliseconds deadline) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    Reply reply;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
    if (!status.ok()) return agent_error(status);
    return reply;
  }

  Result<agent::v1::CollectRunReply> collect(agent::v1::CollectRunRequest request);

 private:
  /// The lease lives as long as this stream; each beat is answered.
  void keep();
  void say_goodbye();
  void watch_stop();

  const std::unique_ptr<agent::v1::Agent::Stub> stub_;
  const StopSignal& stop_;
  std::string lease_;
  std::chrono::milliseconds beat_every_{1000};
  Fd closing_event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  bool kept_to_end_ = false;
  // Calls that a stop ends; order does not matter.
  std::set<grpc::ClientContext*> waiting_;
  grpc::ClientContext keep_context_;
  std::thread keeper_;
  std::thread stop_watch_;
};

}  // namespace cutset::injector
