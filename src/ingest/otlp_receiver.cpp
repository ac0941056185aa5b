#include "ingest/otlp_receiver.h"

#include <chrono>
#include <vector>

#include "opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h"
#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include "lineage/spans.h"

namespace cutset::ingest {

namespace {

namespace collector = opentelemetry::proto::collector::trace::v1;

constexpr int kLargestMessage = 64 << 20;
constexpr std::chrono::milliseconds kShutdownPatience{200};

bool parse(const grpc::ByteBuffer& bytes, collector::ExportTraceServiceRequest& request) {
  std::vector<grpc::Slice> slices;
  if (!bytes.Dump(&slices).ok()) return false;
  std::string whole;
  whole.reserve(bytes.Length());
  for (const grpc::Slice& slice : slices) {
    whole.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return request.ParseFromString(whole);
}

/// gRPC itself takes a port modulo 65536.
bool is_port(const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoi(text) <= 65535;
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
    google::protobuf::Arena arena;
    auto* request =
        google::protobuf::Arena::CreateMessage<collector::ExportTraceServiceRequest>(
            &arena);
    if (!parse(bytes, *request)) {
      return {
          grpc::StatusCode::INVALID_ARGUMENT,
          fmt::format(
              "{} bytes that are no ExportTraceServiceRequest of opentelemetry-proto 1",
              bytes.Length())};
    }
    lineage::OtlpSpans spans = lineage::spans_from_otlp(*request);
    collector::ExportTraceServiceResponse response;
    if (spans.rejected > 0) {
      store_.count_rejected(spans.rejected);
      response.mutable_partial_success()->set_rejected_spans(spans.rejected);
      response.mutable_partial_success()->set_error_message(spans.first_reason);
    }
    store_.add(std::move(spans.spans));
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
  const size_t colon = options.address.rfind(':');
  if (colon == std::string::npos || colon == 0 ||
      !is_port(options.address.substr(colon + 1))) {
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
  impl->address = fmt::format("{}:{}", options.address.substr(0, colon), port);
  return std::unique_ptr<OtlpReceiver>(new OtlpReceiver(std::move(impl)));
}

const std::string& OtlpReceiver::address() const {
  return impl_->address;
}
SpanStore& OtlpReceiver::store() {
  return impl_->store;
}

}  // namespace cutset::ingest
