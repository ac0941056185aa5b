// How fast spans come in over gRPC, against protobuf that only parses the same messages
// into an arena, on one thread: the receiver, its store and the client that sends are all
// in this process, on loopback.
//
//   benchmark_otlp_grpc TRACES... [--rounds N] [--spans N] [--batch N] [--in-flight N]
//
// TRACES: trace files of any format; their spans are repeated with new ids up to --spans.
// Both sides run in every round, alternating; medians over the rounds.
// Exit code 1: the goal is missed (0.5 of the parse rate).
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"
#include <fmt/core.h>
#include <google/protobuf/arena.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "ingest/otlp_receiver.h"
#include "lineage/formats/trace_reader.h"

namespace {

namespace collector = opentelemetry::proto::collector::trace::v1;
namespace trace = opentelemetry::proto::trace::v1;
using Clock = std::chrono::steady_clock;

constexpr double kGoal = 0.5;

struct Options {
  std::vector<std::string> files;
  int rounds = 7;
  size_t spans = 200'000;
  size_t batch = 2'000;
  size_t in_flight = 8;
};

struct Batch {
  std::string bytes;
  size_t spans = 0;
};

std::string big_endian(uint64_t number) {
  std::string bytes;
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    bytes += static_cast<char>((number >> (shift - 8)) & 0xFFU);
  }
  return bytes;
}

/// The sample as OTLP messages, which is what exporters would have sent.
class Sample : public cutset::lineage::SpanSink {
 public:
  struct Recorded {
    std::string service;
    cutset::lineage::TraceId trace;
    trace::Span span;
  };

  void add(const cutset::lineage::SpanView& view) override {
    using cutset::lineage::SpanKind;
    Recorded recorded{std::string(view.service), view.trace, {}};
    trace::Span& span = recorded.span;
    span.set_span_id(big_endian(view.id));
    if (view.parent != 0) span.set_parent_span_id(big_endian(view.parent));
    span.set_name(std::string(view.operation));
    span.set_kind(static_cast<trace::Span::SpanKind>(view.kind));
    span.set_start_time_unix_nano(static_cast<uint64_t>(view.start_ns));
    span.set_end_time_unix_nano(static_cast<uint64_t>(view.end_ns));
    span.mutable_status()->set_code(
        static_cast<trace::Status::StatusCode>(static_cast<int>(view.status)));
    for (const auto& attribute : view.attributes) {
      auto* added = span.add_attributes();
      added->set_key(std::string(attribute.key));
      added->mutable_value()->set_string_value(std::string(attribute.value));
    }
    spans_.push_back(std::move(recorded));
  }
  void reject(std::string_view /*reason*/) override {}

  size_t size() const { return spans_.size(); }

  /// As often as needed, each time with other trace ids; in a batch the spans of a
  /// service stand together, as a collector sends them.
  std::vector<Batch> batches(size_t spans, size_t batch_spans) {
    std::vector<Batch> result;
    size_t next = 0;
    for (size_t made = 0; made < spans; made += result.back().spans) {
      collector::ExportTraceServiceRequest request;
      std::map<std::string, trace::ScopeSpans*> scopes;
      const size_t count = std::min(batch_spans, spans - made);
      for (size_t i = 0; i < count; ++i, ++next) {
        const Recorded& recorded = spans_[next % spans_.size()];
        trace::ScopeSpans*& scope = scopes[recorded.service];
        if (scope == nullptr) {
          trace::ResourceSpans& group = *request.add_resource_spans();
          auto* service = group.mutable_resource()->add_attributes();
          service->set_key("service.name");
          service->mutable_value()->set_string_value(recorded.service);
          scope = group.add_scope_spans();
        }
        trace::Span& span = *scope->add_spans();
        span = recorded.span;
        const uint64_t repeat = next / spans_.size() + 1;
        span.set_trace_id(big_endian(recorded.trace.high ^ repeat) +
                          big_endian(recorded.trace.low));
      }
      result.push_back({request.SerializeAsString(), count});
    }
    return result;
  }

 private:
  std::vector<Recorded> spans_;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double parse_seconds(const std::vector<Batch>& batches) {
  const auto begin = Clock::now();
  for (const Batch& batch : batches) {
    google::protobuf::Arena arena;
    auto* request =
        google::protobuf::Arena::CreateMessage<collector::ExportTraceServiceRequest>(
            &arena);
    if (!request->ParseFromArray(batch.bytes.data(),
                                 static_cast<int>(batch.bytes.size()))) {
      std::abort();
    }
  }
  return seconds_since(begin);
}

/// One connection with several calls under way.
class Exporter {
 public:
  Exporter(const std::string& address, size_t in_flight)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        in_flight_(in_flight) {}

  void send(const std::vector<grpc::ByteBuffer>& messages) {
    for (const grpc::ByteBuffer& message : messages) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return under_way_ < in_flight_; });
      ++under_way_;
      lock.unlock();
      start(message);
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return under_way_ == 0; });
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
  };

  void start(const grpc::ByteBuffer& message) {
    auto* call = new Call;
    stub_.UnaryCall(&call->context,
                    "/opentelemetry.proto.collector.trace.v1.TraceService/Export", {},
                    &message, &call->reply, [this, call](const grpc::Status& status) {
                      if (!status.ok()) {
                        fmt::print(stderr, "export: {}\n", status.error_message());
                        std::abort();
                      }
                      delete call;
                      const std::lock_guard lock(mutex_);
                      --under_way_;
                      changed_.notify_one();
                    });
  }

  grpc::GenericStub stub_;
  const size_t in_flight_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t under_way_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("--", 0) != 0) {
      options.files.push_back(word);
      continue;
    }
    if (++i == argc) return std::nullopt;
    const long number = std::atol(argv[i]);
    if (number <= 0) return std::nullopt;
    if (word == "--rounds") {
      options.rounds = static_cast<int>(number);
    } else if (word == "--spans") {
      options.spans = static_cast<size_t>(number);
    } else if (word == "--batch") {
      options.batch = static_cast<size_t>(number);
    } else if (word == "--in-flight") {
      options.in_flight = static_cast<size_t>(number);
    } else {
      return std::nullopt;
    }
  }
  if (options.files.empty()) return std::nullopt;
  return options;
}

cutset::Status load(const std::string& path, Sample& sample) {
  CUTSET_ASSIGN(const auto input, cutset::lineage::TraceInput::open(path));
  CUTSET_ASSIGN(const auto* reader, cutset::lineage::recognise_trace(*input));
  return reader->read(*input, sample);
}

int run(const Options& options) {
  Sample sample;
  for (const std::string& path : options.files) {
    const cutset::Status loaded = load(path, sample);
    if (!loaded.ok() || sample.size() == 0) {
      fmt::print(stderr, "{}\n", loaded.ok() ? "no spans" : loaded.error().text());
      return 1;
    }
  }
  const std::vector<Batch> batches = sample.batches(options.spans, options.batch);
  size_t bytes = 0;
  std::vector<grpc::ByteBuffer> messages;
  for (const Batch& batch : batches) {
    bytes += batch.bytes.size();
    const grpc::Slice slice(batch.bytes);
    messages.emplace_back(&slice, 1);
  }
  auto receiver = cutset::ingest::OtlpReceiver::start({});
  if (!receiver.ok()) {
    fmt::print(stderr, "{}\n", receiver.error().text());
    return 1;
  }
  cutset::ingest::SpanStore& store = (*receiver)->store();
  Exporter exporter((*receiver)->address(), options.in_flight);
  std::vector<double> parses;
  std::vector<double> exports;
  for (int round = -1; round < options.rounds; ++round) {  // the first warms up
    const double parse = parse_seconds(batches);
    store.keep_only({});
    const auto begin = Clock::now();
    exporter.send(messages);
    const double sent = seconds_since(begin);
    const auto counts = store.counts();
    if (static_cast<size_t>(counts.kept) != options.spans || counts.rejected != 0) {
      fmt::print(stderr, "{} spans of {} are in the store\n", counts.kept, options.spans);
      return 1;
    }
    if (round < 0) continue;
    parses.push_back(parse);
    exports.push_back(sent);
  }
  const auto spans = static_cast<double>(options.spans);
  const double parse_rate = spans / median(parses);
  const double export_rate = spans / median(exports);
  fmt::print("{} spans in {} messages, {:.0f} bytes a span; {} in flight, {} rounds\n",
             options.spans, batches.size(), static_cast<double>(bytes) / spans,
             options.in_flight, options.rounds);
  fmt::print("protobuf arena parse  {:>10.0f} spans/s  {:>6.0f} MB/s\n", parse_rate,
             static_cast<double>(bytes) / median(parses) / 1e6);
  fmt::print("OTLP over gRPC        {:>10.0f} spans/s  {:>6.0f} MB/s\n", export_rate,
             static_cast<double>(bytes) / median(exports) / 1e6);
  const double ratio = export_rate / parse_rate;
  fmt::print("ratio {:.2f} (goal {}): {}\n", ratio, kGoal,
             ratio >= kGoal ? "reached" : "MISSED");
  return ratio >= kGoal ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse_options(argc, argv);
  if (!options) {
    fmt::print(
        stderr,
        "usage: benchmark_otlp_grpc TRACES... [--rounds N] [--spans N] [--batch N] "
        "[--in-flight N]\n");
    return 64;
  }
  return run(*options);
}
