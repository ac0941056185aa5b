// Reads a server's stream on a thread; private to agent_client*.cpp.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "injector/agent_connection.h"
#include "injector/agent_watch.h"

namespace cutset::injector {

template <typename Message>
class AgentStream final : public AgentWatch {
 public:
  using Open = std::function<std::unique_ptr<grpc::ClientReader<Message>>(
      grpc::ClientContext* context)>;

  AgentStream(const Open& open, std::function<void(const Message&)> on_message)
      : reader_(open(&context_)),
        thread_([this, on_message = std::move(on_message)] { read(on_message); }) {}

  ~AgentStream() override {
    context_.TryCancel();
    join();
  }

  Status wait() override {
    join();
    if (!ended_.ok()) return agent_error(ended_);
    return {};
  }

 private:
  void read(const std::function<void(const Message&)>& on_message) {
    Message message;
    while (reader_->Read(&message)) on_message(message);
    ended_ = reader_->Finish();
  }

  void join() {
    if (thread_.joinable()) thread_.join();
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Message>> reader_;
  grpc::Status ended_;
  std::thread thread_;
};

}  // namespace cutset::injector
