#include "injector/agent_client.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "cutset/agent/v1/agent.grpc.pb.h"
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
namespace v1 = agent::v1;

constexpr int kLargestMessage = 256 << 20;  // the records of one run
constexpr auto kCallDeadline = 20s;
constexpr auto kGoodbyePatience = 8s;

Error to_error(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return Error::unavailable("the agent is lost: " + status.error_message());
    case grpc::StatusCode::INVALID_ARGUMENT:
      return Error::bad_input("the agent refuses: " + status.error_message());
    default:
      return Error::unavailable("the agent says: " + status.error_message());
  }
}

std::shared_ptr<grpc::Channel> open_channel(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // One agent, one connection: nothing is gained by sharing with another client of the
  // process.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

class AgentClient::Impl {
 public:
  Impl(const std::string& socket, const StopSignal& stop)
      : stub_(v1::Agent::NewStub(open_channel(socket))), stop_(stop) {
    closing_event_.reset(::eventfd(0, EFD_CLOEXEC));
    CHECK(closing_event_.valid());
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written =
        ::write(closing_event_.get(), &one, sizeof one);
    if (keeper_.joinable()) {
      say_goodbye();
      keeper_.join();
    }
    if (stop_watch_.joinable()) stop_watch_.join();
  }

  Status begin() {
    v1::HelloRequest hello;
    hello.set_protocol_version(1);
    hello.set_controller(fmt::format("cutset, pid {}", ::getpid()));
    CUTSET_ASSIGN(const v1::HelloReply reply,
                  call(&v1::Agent::Stub::Hello, hello, kCallDeadline));
    lease_ = reply.lease();
    beat_every_ = std::chrono::milliseconds(std::max(1U, reply.lease_ms() / 4));
    keeper_ = std::thread([this] { keep(); });
    stop_watch_ = std::thread([this] { watch_stop(); });
    return {};
  }

  const std::string& lease() const { return lease_; }

  template <typename Request, typename Reply>
  Result<Reply> call(grpc::Status (v1::Agent::Stub::*method)(grpc::ClientContext*,
                                                             const Request&, Reply*),
                     const Request& request, std::chrono::milliseconds deadline) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + deadline);
    Reply reply;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
    if (!status.ok()) return to_error(status);
    return reply;
  }

  Result<v1::CollectRunReply> collect(const v1::CollectRunRequest& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCallDeadline +
                         std::chrono::milliseconds(request.limit_ms()));
    {
      const std::lock_guard lock(mutex_);
      if (stop_.requested()) return Error::interrupted("stopped");
      waiting_.insert(&context);
    }
    v1::CollectRunReply reply;
    const grpc::Status status = stub_->CollectRun(&context, request, &reply);
    {
      const std::lock_guard lock(mutex_);
      waiting_.erase(&context);
    }
    if (status.ok()) return reply;
    CUTSET_TRY(stop_.check());
    return to_error(status);
  }

 private:
  /// The lease lives as long as this stream; each beat is answered.
  void keep() {
    const auto stream = stub_->Keep(&keep_context_);
    v1::Beat beat;
    beat.set_lease(lease_);
    v1::BeatReply reply;
    std::unique_lock lock(mutex_);
    while (!closing_) {
      lock.unlock();
      const bool alive = stream->Write(beat) && stream->Read(&reply);
      lock.lock();
      if (!alive) break;  // the next call says that the agent is lost
      changed_.wait_for(lock, beat_every_, [this] { return closing_; });
    }
    lock.unlock();
    stream->WritesDone();
    while (stream->Read(&reply)) {
    }
    [[maybe_unused]] const grpc::Status status = stream->Finish();
    lock.lock();
    kept_to_end_ = true;
    changed_.notify_all();
  }

  void say_goodbye() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kGoodbyePatience, [this] { return kept_to_end_; })) {
      keep_context_.TryCancel();
    }
  }

  void watch_stop() {
    pollfd polled[2] = {{stop_.fd(), POLLIN, 0}, {closing_event_.get(), POLLIN, 0}};
    while (::poll(polled, 2, -1) < 0 && errno == EINTR) {
    }
    const std::lock_guard lock(mutex_);
    for (grpc::ClientContext* context : waiting_) context->TryCancel();
  }

  const std::unique_ptr<v1::Agent::Stub> stub_;
  const StopSignal& stop_;
  std::string lease_;
  std::chrono::milliseconds beat_every_{1000};
  Fd closing_event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  bool kept_to_end_ = false;
  std::set<grpc::ClientContext*>
      waiting_;  // calls that a stop ends; order does not matter
  grpc::ClientContext keep_context_;
  std::thread keeper_;
  std::thread stop_watch_;
};

AgentClient::AgentClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AgentClient::~AgentClient() = default;

Result<std::unique_ptr<AgentClient>> AgentClient::connect(const std::string& socket,
                                                          const StopSignal& stop) {
  auto impl = std::make_unique<Impl>(socket, stop);
  CUTSET_TRY(impl->begin());
  return std::unique_ptr<AgentClient>(new AgentClient(std::move(impl)));
}

Result<v1::OpenProxiesReply> AgentClient::open_proxies(v1::OpenProxiesRequest request) {
  request.set_lease(impl_->lease());
  return impl_->call(&v1::Agent::Stub::OpenProxies, request, kCallDeadline);
}
Result<v1::StartServiceReply> AgentClient::start_service(
    v1::StartServiceRequest request) {
  request.set_lease(impl_->lease());
  return impl_->call(&v1::Agent::Stub::StartService, request, kCallDeadline);
}
Result<v1::StopServiceReply> AgentClient::stop_service(v1::StopServiceRequest request) {
  request.set_lease(impl_->lease());
  return impl_->call(&v1::Agent::Stub::StopService, request, kCallDeadline);
}
Result<v1::ReadLogReply> AgentClient::read_log(v1::ReadLogRequest request) {
  request.set_lease(impl_->lease());
  return impl_->call(&v1::Agent::Stub::ReadLog, request, kCallDeadline);
}
Result<v1::ArmRunReply> AgentClient::arm_run(v1::ArmRunRequest request) {
  request.set_lease(impl_->lease());
  return impl_->call(&v1::Agent::Stub::ArmRun, request, kCallDeadline);
}
Result<v1::CollectRunReply> AgentClient::collect_run(v1::CollectRunRequest request) {
  request.set_lease(impl_->lease());
  return impl_->collect(request);
}
Result<v1::CollectRunReply> AgentClient::abandon_run(const std::string& run) {
  v1::CollectRunRequest request;
  request.set_lease(impl_->lease());
  request.set_run(run);
  return impl_->call(&v1::Agent::Stub::CollectRun, request, kCallDeadline);
}
Result<v1::GetStatusReply> AgentClient::get_status() {
  return impl_->call(&v1::Agent::Stub::GetStatus, v1::GetStatusRequest(), kCallDeadline);
}

}  // namespace cutset::injector
