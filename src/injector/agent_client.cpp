#include "injector/agent_client.h"

#include <chrono>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "base/file.h"
#include "injector/address_book.h"
#include "injector/agent_connection.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;
namespace v1 = agent::v1;

constexpr int kLargestMessage = 256 << 20;  // the records of one run
constexpr size_t kLargestPem = size_t{1} << 20;
constexpr auto kCallDeadline = 20s;

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

}  // namespace

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
    error.message = fmt::format("{}: {}", tls.address, error.message);
    return error;
  }
  return std::unique_ptr<AgentClient>(new AgentClient(std::move(connection)));
}

Result<v1::OpenProxiesReply> AgentClient::open_proxies(v1::OpenProxiesRequest request) {
  return connection_->call(&v1::Agent::Stub::OpenProxies, std::move(request),
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

}  // namespace cutset::injector
