#include "ingest/jaeger_query.h"

#include <memory>
#include <mutex>
#include <thread>

#include "jaeger/api_v3/query_service.grpc.pb.h"
#include "otlp_testing.h"
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "ingest/otlp_receiver.h"

namespace cutset::ingest {
namespace {

namespace api = jaeger::api_v3;

/// A Jaeger that answers what the test says, in these messages.
class FakeJaeger : public api::QueryService::Service {
 public:
  FakeJaeger() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.SetMaxSendMessageSize(-1);
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~FakeJaeger() override {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  }

  grpc::Status FindTraces(grpc::ServerContext* context,
                          const api::FindTracesRequest* request,
                          grpc::ServerWriter<api::TracesChunk>* writer) override {
    {
      const std::lock_guard lock(mutex_);
      asked_ = *request;
    }
    for (const std::string& message : messages) {
      api::TracesChunk chunk;
      if (!chunk.ParseFromString(message)) {
        return {grpc::StatusCode::INTERNAL, "the test's own message is wrong"};
      }
      writer->Write(chunk);
    }
    while (hangs && !context->IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return status;
  }

  grpc::Status GetServices(grpc::ServerContext* /*context*/,
                           const api::GetServicesRequest* /*request*/,
                           api::GetServicesResponse* response) override {
    for (const std::string& service : services) response->add_services(service);
    return grpc::Status::OK;
  }

  api::FindTracesRequest asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  std::string address;
  std::vector<std::string> messages;  // bytes of a TracesData each
  std::vector<std::string> services;
  grpc::Status status;
  bool hangs = false;

 private:
  std::mutex mutex_;
  api::FindTracesRequest asked_;
  std::unique_ptr<grpc::Server> server_;
};

JaegerQuery query_to(const std::string& address) {
  JaegerQuery query;
  query.address = address;
  query.service = "orders";
  return query;
}

WireSpan span_of(char trace, char id) {
  WireSpan span;
  span.trace_id = std::string(15, '\0') + trace;
  span.span_id = std::string(7, '\0') + id;
  return span;
}

std::string message_of(const Status& status) {
  return status.ok() ? "" : status.error().message;
}
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(JaegerQuery, ATraceMayComeInPieces) {
  FakeJaeger jaeger;
  jaeger.messages = {
      wire_request("orders", span_field(span_of(1, 1))) +
          wire_request("stock", span_field(span_of(1, 2))),
      "", wire_request("orders", span_field(span_of(2, 1)) + span_field(span_of(1, 3)))};
  lineage::SpanTable table;
  const Status status = query_jaeger(query_to(jaeger.address), table);
  ASSERT_TRUE(status.ok()) << message_of(status);
  ASSERT_EQ(table.spans().size(), 4U);
  EXPECT_EQ(table.name(table.spans()[1].service), "stock");
  EXPECT_EQ(table.spans()[3].trace, (lineage::TraceId{0, 1}));
  EXPECT_EQ(table.spans()[3].id, 3U);
}

TEST(JaegerQuery, AsksForWhatTheUserWants) {
  FakeJaeger jaeger;
  jaeger.messages = {wire_request("orders", span_field({}))};
  JaegerQuery query = query_to(jaeger.address);
  query.operation = "GET /";
  query.start_ns = 1'700'000'000'000'000'123;
  query.end_ns = 1'700'000'100'000'000'000;
  query.most_traces = 7;
  lineage::SpanTable table;
  ASSERT_TRUE(query_jaeger(query, table).ok());
  const api::TraceQueryParameters asked = jaeger.asked().query();
  EXPECT_EQ(asked.service_name(), "orders");
  EXPECT_EQ(asked.operation_name(), "GET /");
  EXPECT_EQ(asked.start_time_min().seconds(), 1'700'000'000);
  EXPECT_EQ(asked.start_time_min().nanos(), 123);
  EXPECT_EQ(asked.start_time_max().seconds(), 1'700'000'100);
  EXPECT_EQ(asked.search_depth(), 7);
  EXPECT_TRUE(asked.raw_traces());
}

TEST(JaegerQuery, WithoutATimeItIsTheLastHour) {
  FakeJaeger jaeger;
  jaeger.messages = {wire_request("orders", span_field({}))};
  lineage::SpanTable table;
  ASSERT_TRUE(query_jaeger(query_to(jaeger.address), table).ok());
  const api::TraceQueryParameters asked = jaeger.asked().query();
  EXPECT_EQ(asked.start_time_max().seconds() - asked.start_time_min().seconds(), 3600);
  EXPECT_GT(asked.start_time_max().seconds(), 1'500'000'000);
}

TEST(JaegerQuery, TheFieldsAreThoseOfJaeger) {
  // jaeger-idl's api_v3, written out: a mistake in our own .proto must show.
  api::FindTracesRequest request;
  request.mutable_query()->set_service_name("s");
  request.mutable_query()->set_operation_name("o");
  request.mutable_query()->mutable_start_time_min()->set_seconds(1);
  request.mutable_query()->mutable_start_time_max()->set_seconds(2);
  request.mutable_query()->set_search_depth(3);
  request.mutable_query()->set_raw_traces(true);
  EXPECT_EQ(request.SerializeAsString(),
            bytes_field(1, bytes_field(1, "s") + bytes_field(2, "o") +
                               bytes_field(4, varint_field(1, 1)) +
                               bytes_field(5, varint_field(1, 2)) + varint_field(8, 3) +
                               varint_field(9, 1)));
  api::GetServicesResponse services;
  services.add_services("s");
  EXPECT_EQ(services.SerializeAsString(), bytes_field(1, "s"));
  EXPECT_STREQ(api::QueryService::service_full_name(), "jaeger.api_v3.QueryService");
}

TEST(JaegerQuery, GarbageIdsAreRejectedAndTheRestIsTaken) {
  FakeJaeger jaeger;
  WireSpan bad;
  bad.trace_id = "garbage";
  jaeger.messages = {wire_request("orders", span_field(bad) + span_field({}))};
  lineage::SpanTable table;
  ASSERT_TRUE(query_jaeger(query_to(jaeger.address), table).ok());
  EXPECT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.rejected(), 1);
  EXPECT_TRUE(contains(table.first_reason(), "trace_id has 7 bytes"));
}

TEST(JaegerQuery, AnAnswerThatIsNoOtlpIsAnError) {
  FakeJaeger jaeger;
  jaeger.messages = {wire_request("orders", span_field({})),
                     bytes_field(1, bytes_field(2, "\x12\x7f"))};
  lineage::SpanTable table;
  const Status status = query_jaeger(query_to(jaeger.address), table);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kBadInput);
  EXPECT_TRUE(contains(message_of(status), "claims more bytes")) << message_of(status);
  EXPECT_EQ(table.spans().size(), 1U);
}

TEST(JaegerQuery, AnErrorIsToldWithItsReason) {
  FakeJaeger jaeger;
  jaeger.messages = {wire_request("orders", span_field({}))};
  jaeger.status = {grpc::StatusCode::INTERNAL, "storage is on fire"};
  lineage::SpanTable table;
  const Status status = query_jaeger(query_to(jaeger.address), table);
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(contains(message_of(status), "storage is on fire")) << message_of(status);
}

TEST(JaegerQuery, AJaegerThatHangsEndsAtTheDeadline) {
  FakeJaeger jaeger;
  jaeger.hangs = true;
  JaegerQuery query = query_to(jaeger.address);
  query.deadline = std::chrono::milliseconds(100);
  lineage::SpanTable table;
  const auto begin = std::chrono::steady_clock::now();
  const Status status = query_jaeger(query, table);
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(contains(message_of(status), "not answered within 100 ms"))
      << message_of(status);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(JaegerQuery, AnUnknownServiceIsToldWithThoseThatThereAre) {
  FakeJaeger jaeger;
  jaeger.services = {"payment", "order", "frontend"};
  for (const grpc::Status& answer :
       {grpc::Status::OK, grpc::Status(grpc::StatusCode::NOT_FOUND, "nothing")}) {
    jaeger.status = answer;
    lineage::SpanTable table;
    const Status status = query_jaeger(query_to(jaeger.address), table);
    ASSERT_FALSE(status.ok());
    EXPECT_TRUE(contains(message_of(status),
                         "no service \"orders\", did you mean \"order\"?; it has "
                         "frontend, order, payment"))
        << message_of(status);
  }
}

TEST(JaegerQuery, AKnownServiceWithoutTracesIsToldSo) {
  FakeJaeger jaeger;
  jaeger.services = {"orders"};
  lineage::SpanTable table;
  const Status status = query_jaeger(query_to(jaeger.address), table);
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(
      contains(message_of(status), "no trace of service \"orders\" in the 3600 s"))
      << message_of(status);
}

TEST(JaegerQuery, LargeMessagesFitAndLargerOnesAreRefused) {
  FakeJaeger jaeger;
  WireSpan padded;
  padded.attributes = bytes_field(9, text_attribute("a", std::string(20U << 20U, 'x')));
  jaeger.messages = {wire_request("orders", span_field(padded))};
  lineage::SpanTable table;
  EXPECT_TRUE(query_jaeger(query_to(jaeger.address), table).ok());
  padded.attributes = bytes_field(9, text_attribute("a", std::string(65U << 20U, 'x')));
  jaeger.messages = {wire_request("orders", span_field(padded))};
  const Status status = query_jaeger(query_to(jaeger.address), table);
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(contains(message_of(status), "64 MiB")) << message_of(status);
}

TEST(JaegerQuery, NobodyThereAndQueriesThatCannotBe) {
  JaegerQuery query = query_to("127.0.0.1:1");
  lineage::SpanTable table;
  const Status nobody = query_jaeger(query, table);
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(contains(message_of(nobody), "nobody answers")) << message_of(nobody);
  EXPECT_TRUE(contains(message_of(nobody), "16685"));

  for (const char* address : {"", "localhost", "localhost:", ":16685", "h:99999"}) {
    const Status status = query_jaeger(query_to(address), table);
    ASSERT_FALSE(status.ok()) << address;
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage) << address;
  }
  query.service.clear();
  EXPECT_EQ(query_jaeger(query, table).error().kind, ErrorKind::kUsage);
  query = query_to("127.0.0.1:1");
  query.start_ns = 10;
  query.end_ns = 5;
  EXPECT_EQ(query_jaeger(query, table).error().kind, ErrorKind::kUsage);
}

TEST(JaegerQuery, WhoIsNoJaegerIsToldSo) {
  const auto otlp_port = OtlpReceiver::start({});
  ASSERT_TRUE(otlp_port.ok());
  lineage::SpanTable table;
  const Status status = query_jaeger(query_to((*otlp_port)->address()), table);
  ASSERT_FALSE(status.ok());
  EXPECT_TRUE(contains(message_of(status), "knows no jaeger.api_v3.QueryService"))
      << message_of(status);
}

TEST(JaegerQuery, ListsItsServices) {
  FakeJaeger jaeger;
  jaeger.services = {"b", "a"};
  const auto services = jaeger_services(jaeger.address, std::chrono::seconds(10));
  ASSERT_TRUE(services.ok());
  EXPECT_EQ(*services, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(jaeger_services("127.0.0.1:1", std::chrono::seconds(10)).ok());
}

}  // namespace
}  // namespace cutset::ingest
