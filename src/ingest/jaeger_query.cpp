#include "ingest/jaeger_query.h"

#include <algorithm>
#include <memory>

#include "jaeger/api_v3/query_service.grpc.pb.h"
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include "base/text.h"
#include "ingest/address.h"
#include "lineage/formats/otlp_spans.h"

namespace cutset::ingest {

namespace {

namespace api = jaeger::api_v3;
using std::chrono::milliseconds;

constexpr int kLargestMessage = 64 << 20;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kHour = 3600 * kSecond;
/// For what is only asked to explain an error.
constexpr milliseconds kExplaining{5'000};

using Stub = api::QueryService::Stub;

std::unique_ptr<Stub> connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  return std::make_unique<Stub>(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

void set_deadline(grpc::ClientContext& context, milliseconds deadline) {
  context.set_deadline(std::chrono::system_clock::now() + deadline);
}

void set_time(google::protobuf::Timestamp& time, int64_t nanoseconds) {
  int64_t seconds = nanoseconds / kSecond;
  int64_t rest = nanoseconds % kSecond;
  if (rest < 0) {
    --seconds;
    rest += kSecond;
  }
  time.set_seconds(seconds);
  time.set_nanos(static_cast<int32_t>(rest));
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Status check_address(const std::string& address) {
  if (is_host_and_port(address)) return {};
  return Error::usage(
      fmt::format("\"{}\": expected HOST:PORT of Jaeger's gRPC query service, which "
                  "listens on 16685 unless told otherwise",
                  address));
}

Error failure(const std::string& address, const grpc::Status& status,
              milliseconds deadline) {
  const std::string what = fmt::format("Jaeger at {}: ", address);
  const std::string& said = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return Error::unavailable(fmt::format(
          "{}nobody answers ({}): is it running, and is this its gRPC query port (16685 "
          "by default; 16686 is the one for HTTP)?",
          what, said));
    case grpc::StatusCode::UNIMPLEMENTED:
      return Error::unavailable(fmt::format(
          "{}who answers there knows no jaeger.api_v3.QueryService ({}): expected the "
          "gRPC query port (16685 by default) of Jaeger 1.25 or later",
          what, said));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Error::unavailable(fmt::format(
          "{}not answered within {} ms: ask for fewer traces or a shorter time", what,
          deadline.count()));
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Error::unavailable(
          fmt::format("{}{}; messages of up to {} MiB are taken: ask for fewer traces",
                      what, said, kLargestMessage >> 20));
    default:
      return Error::unavailable(fmt::format("{}it answers with an error: {} (gRPC {})",
                                            what, said.empty() ? "no reason given" : said,
                                            static_cast<int>(status.error_code())));
  }
}

grpc::Status ask_services(Stub& stub, milliseconds deadline,
                          std::vector<std::string>& services) {
  grpc::ClientContext context;
  set_deadline(context, deadline);
  api::GetServicesResponse response;
  grpc::Status status = stub.GetServices(&context, {}, &response);
  services.assign(response.services().begin(), response.services().end());
  std::sort(services.begin(), services.end());
  return status;
}

/// Jaeger finds nothing for a service that it does not know.
Error nothing_found(Stub& stub, const JaegerQuery& query, int64_t start_ns,
                    int64_t end_ns) {
  constexpr size_t kShown = 50;
  std::vector<std::string> services;
  const grpc::Status status =
      ask_services(stub, std::min(query.deadline, kExplaining), services);
  const bool known = !status.ok() || std::find(services.begin(), services.end(),
                                               query.service) != services.end();
  if (known) {
    return Error::unavailable(fmt::format(
        "Jaeger at {}: no trace of service \"{}\"{} in the {} s up to the end of the "
        "time asked for: ask for a longer time, or send the service requests",
        query.address, query.service,
        query.operation.empty() ? ""
                                : fmt::format(", operation \"{}\",", query.operation),
        (end_ns - start_ns) / kSecond));
  }
  std::vector<std::string> shown = services;
  if (shown.size() > kShown) {
    shown.resize(kShown);
    shown.push_back("...");
  }
  return Error::unavailable(fmt::format(
      "Jaeger at {}: it has no service \"{}\"{}; it has {}", query.address, query.service,
      suggestion(query.service, services),
      shown.empty() ? "none yet: send your services requests first" : join(shown, ", ")));
}

/// Notes that something came.
class Watched : public lineage::SpanSink {
 public:
  explicit Watched(lineage::SpanSink& sink) : sink_(sink) {}
  void add(const lineage::SpanView& span) override {
    came = true;
    sink_.add(span);
  }
  void reject(std::string_view reason) override {
    came = true;
    sink_.reject(reason);
  }
  bool came = false;

 private:
  lineage::SpanSink& sink_;
};

Status check_query(const JaegerQuery& query) {
  CUTSET_TRY(check_address(query.address));
  if (query.service.empty()) {
    return Error::usage(
        "Jaeger is asked for the traces of one service: expected its name");
  }
  if (query.most_traces <= 0) {
    return Error::usage(
        fmt::format("{} traces: expected a number of 1 or more", query.most_traces));
  }
  return {};
}

api::FindTracesRequest request_of(const JaegerQuery& query, int64_t start_ns,
                                  int64_t end_ns) {
  api::FindTracesRequest request;
  api::TraceQueryParameters& parameters = *request.mutable_query();
  parameters.set_service_name(query.service);
  parameters.set_operation_name(query.operation);
  set_time(*parameters.mutable_start_time_min(), start_ns);
  set_time(*parameters.mutable_start_time_max(), end_ns);
  parameters.set_search_depth(query.most_traces);
  parameters.set_raw_traces(query.raw);
  return request;
}

Status read_chunk(const api::TracesChunk& chunk, const JaegerQuery& query,
                  lineage::SpanSink& sink) {
  for (const std::string& group : chunk.resource_spans()) {
    const Status read = lineage::spans_from_otlp_group(group, sink);
    if (read.ok()) continue;
    return Error::bad_input(
        fmt::format("Jaeger at {}: in a ResourceSpans of {} bytes: {}", query.address,
                    group.size(), read.error().message));
  }
  return {};
}

}  // namespace

Status query_jaeger(const JaegerQuery& query, lineage::SpanSink& sink) {
  CUTSET_TRY(check_query(query));
  const int64_t end_ns = query.end_ns == 0 ? now_ns() : query.end_ns;
  const int64_t start_ns = query.start_ns == 0 ? end_ns - kHour : query.start_ns;
  if (start_ns >= end_ns) {
    return Error::usage("the time asked for ends before it starts: expected start < end");
  }
  const std::unique_ptr<Stub> stub = connect(query.address);
  grpc::ClientContext context;
  set_deadline(context, query.deadline);
  const auto stream = stub->FindTraces(&context, request_of(query, start_ns, end_ns));
  Watched watched(sink);
  api::TracesChunk chunk;
  Status read;
  while (read.ok() && stream->Read(&chunk)) read = read_chunk(chunk, query, watched);
  if (!read.ok()) {
    context.TryCancel();
    (void)stream->Finish();
    return read;
  }
  const grpc::Status status = stream->Finish();
  const bool not_found = status.error_code() == grpc::StatusCode::NOT_FOUND;
  if (!status.ok() && !not_found) return failure(query.address, status, query.deadline);
  if (!watched.came) return nothing_found(*stub, query, start_ns, end_ns);
  return {};
}

Result<std::vector<std::string>> jaeger_services(const std::string& address,
                                                 milliseconds deadline) {
  CUTSET_TRY(check_address(address));
  const std::unique_ptr<Stub> stub = connect(address);
  std::vector<std::string> services;
  const grpc::Status status = ask_services(*stub, deadline, services);
  if (!status.ok()) return failure(address, status, deadline);
  return services;
}

}  // namespace cutset::ingest
