#include "ingest/otlp_receiver.h"

#include <chrono>

#include "opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h"
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "ingest/address.h"
#include "lineage/formats/otlp_spans.h"

namespace cutset::ingest {

namespace {

namespace collector = opentelemetry::proto::collector::trace::v1;

constexpr int kLargestMessage = 64 << 20;
constexpr std::chrono::milliseconds kShutdownPatience{200};

/// The bytes in one piece; they are copied only if they came in several.
bool join(const grpc::ByteBuffer& bytes, grpc::Slice& whole) {
  if (bytes.TrySingleSlice(&whole).ok()) return true;
  return bytes.DumpToSingleSlice(&whole).ok();
}

/// Raw bytes in and out, because the generated handler answers INTERNAL to what it cannot
/// parse, which makes exporters send it again.
class TraceService : public collector::TraceService::WithRawCallbackMethod_Export<
                         collector::TraceService::Service> {
 public:
  explicit TraceService(SpanStore& store) : store_(store) {}

  grpc::ServerUnaryReactor* Export(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* reply) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(answer(*request, *reply));
    return reactor;
  }

 private:
  grpc::Status answer(const grpc::ByteBuffer& bytes, grpc::ByteBuffer& reply) {
    grpc::Slice whole;
    if (bytes.Length() > 0 && !join(bytes, whole)) {
      return {grpc::StatusCode::INTERNAL, "the message cannot be read"};
    }
    SpanBatch spans;
    spans.reserve(whole.size());
    const Status read = lineage::spans_from_otlp(
        {reinterpret_cast<const char*>(whole.begin()), whole.size()}, spans);
    if (!read.ok()) {
      return {grpc::StatusCode::INVALID_ARGUMENT,
              fmt::format("{} bytes that are no ExportTraceServiceRequest: {}",
                          whole.size(), read.error().message)};
    }
    collector::ExportTraceServiceResponse response;
    if (spans.rejected() > 0) {
      response.mutable_partial_success()->set_rejected_spans(spans.rejected());
      response.mutable_partial_success()->set_error_message(spans.first_reason());
    }
    store_.add(spans);
    const grpc::Slice slice(response.SerializeAsString());
    reply = grpc::ByteBuffer(&slice, 1);
    return grpc::Status::OK;
  }

  SpanStore& store_;
};

}  // namespace

class OtlpReceiver::Impl {
 public:
  explicit Impl(SpanStore::Limits limits) : store(limits), service(store) {}
  ~Impl() {
    if (server != nullptr) {
      server->Shutdown(std::chrono::system_clock::now() + kShutdownPatience);
      server->Wait();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  SpanStore store;
  TraceService service;
  std::unique_ptr<grpc::Server> server;
  std::string address;
};

OtlpReceiver::OtlpReceiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OtlpReceiver::~OtlpReceiver() = default;

Result<std::unique_ptr<OtlpReceiver>> OtlpReceiver::start(const Options& options) {
  if (!is_host_and_port(options.address)) {
    return Error::bad_input(fmt::format(
        "\"{}\": expected host:port to receive traces at, with a port from 0 to 65535",
        options.address));
  }
  auto impl = std::make_unique<Impl>(options.limits);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kLargestMessage);
  // Two receivers at one port would take each other's spans.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(options.address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&impl->service);
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || port == 0) {
    return Error::unavailable(fmt::format(
        "cannot receive traces at {}: is the port in use, or the host not ours?",
        options.address));
  }
  impl->address =
      fmt::format("{}:{}", options.address.substr(0, options.address.rfind(':')), port);
  return std::unique_ptr<OtlpReceiver>(new OtlpReceiver(std::move(impl)));
}

const std::string& OtlpReceiver::address() const {
  return impl_->address;
}
SpanStore& OtlpReceiver::store() {
  return impl_->store;
}

}  // namespace cutset::ingest
