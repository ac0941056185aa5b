#include "injector/agent_connection.h"

#include <algorithm>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
namespace v1 = agent::v1;

constexpr auto kCallDeadline = 20s;
constexpr auto kGoodbyePatience = 8s;

}  // namespace

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

AgentClient::Connection::Connection(std::shared_ptr<grpc::Channel> channel,
                                    const StopSignal& stop)
    : stub_(v1::Agent::NewStub(channel)), stop_(stop) {
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

}  // namespace cutset::injector
