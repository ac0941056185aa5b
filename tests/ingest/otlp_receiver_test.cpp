#include "ingest/otlp_receiver.h"

#include <thread>
#include <vector>

#include "opentelemetry/proto/collector/trace/v1/trace_service.grpc.pb.h"
#include "otlp_testing.h"
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::ingest {
namespace {

class Receiver : public testing::Test {
 protected:
  void SetUp() override {
    auto started = OtlpReceiver::start({});
    ASSERT_TRUE(started.ok()) << started.error().text();
    receiver_ = std::move(*started);
  }
  std::unique_ptr<OtlpReceiver> receiver_;
};

WireSpan numbered(uint32_t number) {
  WireSpan span;
  for (uint32_t i = 0; i < 4; ++i)
    span.span_id[i] = static_cast<char>((number >> (8 * i)) & 0xFFU);
  return span;
}

TEST_F(Receiver, TakesTheBytesOfAnExporter) {
  std::string reply = "?";
  const grpc::Status status =
      export_bytes(receiver_->address(), wire_request("orders", span_field({})), &reply);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(reply, "") << "full success has no partial_success";
  const lineage::SpanTable table = receiver_->store().take({0, 1});
  ASSERT_EQ(table.spans().size(), 1U);
  EXPECT_EQ(table.name(table.spans()[0].service), "orders");
}

TEST_F(Receiver, TheGeneratedClientReachesItToo) {
  namespace collector = opentelemetry::proto::collector::trace::v1;
  const auto stub = collector::TraceService::NewStub(
      grpc::CreateChannel(receiver_->address(), grpc::InsecureChannelCredentials()));
  collector::ExportTraceServiceRequest request;
  auto* span = request.add_resource_spans()->add_scope_spans()->add_spans();
  span->set_trace_id(std::string(16, 'a'));
  span->set_span_id(std::string(8, 'b'));
  collector::ExportTraceServiceResponse response;
  grpc::ClientContext context;
  EXPECT_TRUE(stub->Export(&context, request, &response).ok());
  EXPECT_EQ(receiver_->store().counts().kept, 1);
}

TEST_F(Receiver, RejectedSpansAreAPartialSuccess) {
  WireSpan bad;
  bad.span_id = "short";
  std::string reply;
  ASSERT_TRUE(export_bytes(receiver_->address(),
                           wire_request("s", span_field(bad) + span_field({})), &reply)
                  .ok());
  const std::string reason =
      "span \"GET\": span_id has 5 bytes, expected 8 that are not all zero";
  EXPECT_EQ(reply, bytes_field(1, varint_field(1, 1) + bytes_field(2, reason)));
  EXPECT_EQ(receiver_->store().counts().rejected, 1);
  EXPECT_EQ(receiver_->store().counts().kept, 1);
}

TEST_F(Receiver, SendingAgainChangesNothing) {
  const std::string request = wire_request("s", span_field({}));
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(export_bytes(receiver_->address(), request).ok());
  EXPECT_EQ(receiver_->store().counts().kept, 1);
  EXPECT_EQ(receiver_->store().counts().duplicates, 2);
}

TEST_F(Receiver, BytesThatAreNoRequestAreInvalid) {
  const std::string good = wire_request("s", span_field({}));
  for (const std::string& bad :
       {std::string("\xff\xff\xff\xff\xff"), good.substr(0, good.size() - 3),
        std::string("GET / HTTP/1.1\r\n")}) {
    const grpc::Status status = export_bytes(receiver_->address(), bad);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << status.error_message();
  }
  EXPECT_TRUE(export_bytes(receiver_->address(), "").ok())
      << "a request without spans is one";
  EXPECT_EQ(receiver_->store().counts().kept, 0);
}

TEST_F(Receiver, LargeMessagesFitAndLargerOnesAreRefused) {
  WireSpan padded;
  padded.attributes =
      bytes_field(9, text_attribute("http.route", std::string(4000, 'x')));
  std::string spans;
  uint32_t count = 0;
  while (spans.size() < (20U << 20U)) {
    WireSpan span = numbered(++count);
    span.attributes = padded.attributes;
    spans += span_field(span);
  }
  const grpc::Status status =
      export_bytes(receiver_->address(), wire_request("s", spans));
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(receiver_->store().counts().kept, count);

  const grpc::Status refused =
      export_bytes(receiver_->address(), std::string(65U << 20U, '\0'));
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
      << refused.error_message();
}

TEST_F(Receiver, ConcurrentClientsLoseNothing) {
  constexpr uint32_t kClients = 8;
  constexpr uint32_t kEach = 40;
  std::vector<std::thread> clients;
  std::vector<int> failed(kClients, 0);
  for (uint32_t client = 0; client < kClients; ++client) {
    clients.emplace_back([this, client, &failed] {
      for (uint32_t i = 0; i < kEach; ++i) {
        // Every span is sent by two clients.
        const WireSpan span = numbered((client / 2) * kEach + i + 1);
        if (!export_bytes(receiver_->address(), wire_request("s", span_field(span))).ok())
          ++failed[client];
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(failed, std::vector<int>(kClients, 0));
  EXPECT_EQ(receiver_->store().counts().kept, kClients / 2 * kEach);
  EXPECT_EQ(receiver_->store().counts().duplicates, kClients / 2 * kEach);
}

TEST_F(Receiver, TwoDoNotShareAPort) {
  OtlpReceiver::Options options;
  options.address = receiver_->address();
  const auto second = OtlpReceiver::start(options);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().text().find("is the port in use"), std::string::npos);
}

TEST(OtlpReceiver, AddressesThatCannotBeAreErrors) {
  for (const char* address :
       {"", "nonsense", ":4317", "127.0.0.1:99999", "192.0.2.1:0"}) {
    OtlpReceiver::Options options;
    options.address = address;
    EXPECT_FALSE(OtlpReceiver::start(options).ok()) << address;
  }
}

}  // namespace
}  // namespace cutset::ingest
