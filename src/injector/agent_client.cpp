#include "injector/agent_client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "cutset/agent/v1/agent.grpc.pb.h"
#include "cutset/agent/v1/capture.grpc.pb.h"
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
namespace v1 = agent::v1;

constexpr int kLargestMessage = 256 << 20;  // the records of one run
constexpr size_t kLargestPem = size_t{1} << 20;
constexpr auto kCallDeadline = 20s;
constexpr auto kGoodbyePatience = 8s;
// Undoing may wait for processes to end and for containers to be started again.
constexpr auto kCloseDeadline = 120s;
constexpr auto kClockDeadline = 2s;

/// What the status of a call means to the controller.
Error agent_error(const grpc::Status& status) {
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

grpc::ChannelArguments channel_arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // One agent, one connection: nothing is gained by sharing with another client of the
  // process.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

Result<std::shared_ptr<grpc::ChannelCredentials>> tls_credentials(const AgentTls& tls) {
  grpc::SslCredentialsOptions options;
  CUTSET_ASSIGN(options.pem_root_certs, read_file(tls.authority, kLargestPem));
  CUTSET_ASSIGN(options.pem_cert_chain, read_file(tls.certificate, kLargestPem));
  CUTSET_ASSIGN(options.pem_private_key, read_file(tls.key, kLargestPem));
  return grpc::SslCredentials(options);
}

/// A stream of the server, read by a thread.
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

}  // namespace

/// Channel, lease and beats.
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
  agent::v1::Capture::Stub& captures() { return *captures_; }

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
  const std::unique_ptr<agent::v1::Capture::Stub> captures_;
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

AgentClient::Connection::Connection(std::shared_ptr<grpc::Channel> channel,
                                    const StopSignal& stop)
    : stub_(v1::Agent::NewStub(channel)),
      captures_(v1::Capture::NewStub(channel)),
      stop_(stop) {
  closing_event_.reset(::eventfd(0, EFD_CLOEXEC));
  CHECK(closing_event_.valid());
}

AgentClient::Connection::~Connection() {
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

Status AgentClient::Connection::begin() {
  v1::HelloRequest hello;
  hello.set_protocol_version(1);
  hello.set_controller(fmt::format("cutset, pid {}", ::getpid()));
  CUTSET_ASSIGN(const v1::HelloReply reply,
                ask(&v1::Agent::Stub::Hello, hello, kCallDeadline));
  lease_ = reply.lease();
  beat_every_ = std::chrono::milliseconds(std::max(1U, reply.lease_ms() / 4));
  keeper_ = std::thread([this] { keep(); });
  stop_watch_ = std::thread([this] { watch_stop(); });
  return {};
}

Result<v1::CollectRunReply> AgentClient::Connection::collect(
    v1::CollectRunRequest request) {
  request.set_lease(lease_);
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
  return agent_error(status);
}

void AgentClient::Connection::keep() {
  const auto stream = stub_->Keep(&keep_context_);
  v1::Beat beat;
  beat.set_lease(lease_);
  v1::BeatReply reply;
  std::unique_lock lock(mutex_);
  // The first beat goes out whatever happens: the end of a stream without one would say
  // nothing, and the agent would wait for the lease to run out.
  do {
    lock.unlock();
    const bool alive = stream->Write(beat) && stream->Read(&reply);
    lock.lock();
    if (!alive) break;  // the next call says that the agent is lost
    changed_.wait_for(lock, beat_every_, [this] { return closing_; });
  } while (!closing_);
  lock.unlock();
  stream->WritesDone();
  while (stream->Read(&reply)) {
  }
  [[maybe_unused]] const grpc::Status status = stream->Finish();
  lock.lock();
  kept_to_end_ = true;
  changed_.notify_all();
}

void AgentClient::Connection::say_goodbye() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kGoodbyePatience, [this] { return kept_to_end_; })) {
    keep_context_.TryCancel();
  }
}

void AgentClient::Connection::watch_stop() {
  pollfd polled[2] = {{stop_.fd(), POLLIN, 0}, {closing_event_.get(), POLLIN, 0}};
  while (::poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(mutex_);
  for (grpc::ClientContext* context : waiting_) context->TryCancel();
}

AgentClient::AgentClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
AgentClient::~AgentClient() = default;

Result<std::unique_ptr<AgentClient>> AgentClient::connect(const std::string& socket,
                                                          const StopSignal& stop) {
  auto connection = std::make_unique<Connection>(
      grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(),
                                channel_arguments()),
      stop);
  CUTSET_TRY(connection->begin());
  return std::unique_ptr<AgentClient>(new AgentClient(std::move(connection)));
}

Result<std::unique_ptr<AgentClient>> AgentClient::connect(const AgentTls& tls,
                                                          const StopSignal& stop) {
  CUTSET_ASSIGN(const auto credentials, tls_credentials(tls));
  grpc::ChannelArguments arguments = channel_arguments();
  if (!tls.server_name.empty()) arguments.SetSslTargetNameOverride(tls.server_name);
  auto connection = std::make_unique<Connection>(
      grpc::CreateCustomChannel("dns:" + tls.address, credentials, arguments), stop);
  if (const Status begun = connection->begin(); !begun.ok()) {
    Error error = begun.error();
    error.message = fmt::format(
        "{}: no agent is there, or it refuses the certificate {} (its log says why), or "
        "{} has not signed its own: {}",
        tls.address, tls.certificate, tls.authority, error.message);
    return error;
  }
  return std::unique_ptr<AgentClient>(new AgentClient(std::move(connection)));
}

Result<v1::OpenProxiesReply> AgentClient::open_proxies(v1::OpenProxiesRequest request) {
  return connection_->call(&v1::Agent::Stub::OpenProxies, std::move(request),
                           kCallDeadline);
}
Result<v1::EmptyDataReply> AgentClient::empty_data() {
  return connection_->call(&v1::Agent::Stub::EmptyData, v1::EmptyDataRequest(),
                           kCallDeadline);
}
Result<v1::StartServiceReply> AgentClient::start_service(
    v1::StartServiceRequest request) {
  return connection_->call(&v1::Agent::Stub::StartService, std::move(request),
                           kCallDeadline);
}
Result<v1::StopServiceReply> AgentClient::stop_service(v1::StopServiceRequest request) {
  return connection_->call(&v1::Agent::Stub::StopService, std::move(request),
                           kCallDeadline);
}
Result<v1::ReadLogReply> AgentClient::read_log(v1::ReadLogRequest request) {
  return connection_->call(&v1::Agent::Stub::ReadLog, std::move(request), kCallDeadline);
}
Result<v1::ArmRunReply> AgentClient::arm_run(v1::ArmRunRequest request) {
  return connection_->call(&v1::Agent::Stub::ArmRun, std::move(request), kCallDeadline);
}
Result<v1::CollectRunReply> AgentClient::collect_run(v1::CollectRunRequest request) {
  return connection_->collect(std::move(request));
}
Result<v1::CollectRunReply> AgentClient::abandon_run(const std::string& run) {
  v1::CollectRunRequest request;
  request.set_run(run);
  return connection_->call(&v1::Agent::Stub::CollectRun, std::move(request),
                           kCallDeadline);
}
Result<v1::GetStatusReply> AgentClient::get_status() {
  return connection_->ask(&v1::Agent::Stub::GetStatus, v1::GetStatusRequest(),
                          kCallDeadline);
}

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

Status AgentClient::claim_engine(const std::string& engine, const std::string& mark) {
  v1::ClaimEngineRequest request;
  request.set_engine(engine);
  request.set_mark(mark);
  CUTSET_TRY(connection_->call(&v1::Agent::Stub::ClaimEngine, std::move(request),
                               kCallDeadline));
  return {};
}

Result<v1::StartCaptureReply> AgentClient::start_capture(
    v1::StartCaptureRequest request) {
  request.set_lease(connection_->lease());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCallDeadline);
  v1::StartCaptureReply reply;
  const grpc::Status status =
      connection_->captures().StartCapture(&context, request, &reply);
  if (!status.ok()) return agent_error(status);
  return reply;
}

Status AgentClient::collect_capture(
    const std::string& run,
    const std::function<void(const v1::CapturedBatch&)>& on_batch) {
  v1::CollectCaptureRequest request;
  request.set_lease(connection_->lease());
  request.set_run(run);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCloseDeadline);
  const auto reader = connection_->captures().CollectCapture(&context, request);
  v1::CapturedBatch batch;
  while (reader->Read(&batch)) on_batch(batch);
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return agent_error(status);
  return {};
}

}  // namespace cutset::injector
