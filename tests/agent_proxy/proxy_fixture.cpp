#include "proxy_fixture.h"

#include "base/hash.h"

namespace cutset::testing {

ProxyTest::ProxyTest() {
  auto engine = agent::ProxyEngine::start();
  CHECK(engine.ok());
  engine_ = std::move(*engine);
  v1::ServicePlan plan;
  plan.set_name("stock");
  auto opened = engine_->open(plan);
  CHECK(opened.ok());
  opened_ = *opened;
}

void ProxyTest::serve_wire(WireHandler handler) {
  callee_ = std::make_unique<Callee>(opened_.listen(), std::move(handler));
}

void ProxyTest::serve_recording(RequestHandler handler) {
  serve([this, handler = std::move(handler)](const Message& message) {
    {
      const std::lock_guard lock(mutex_);
      received_.push_back(message);
    }
    return handler(message);
  });
}

std::vector<Message> ProxyTest::received() {
  const std::lock_guard lock(mutex_);
  return received_;
}

void ProxyTest::arm(const std::vector<Fault>& faults,
                    const std::vector<std::string>& keyed) {
  v1::ArmRunRequest plan;
  plan.set_run("r1");
  for (const Fault& fault : faults) {
    v1::FaultPlan& entry = *plan.add_faults();
    entry.set_id(static_cast<uint32_t>(plan.faults_size()));
    entry.set_call(fault.call);
    entry.set_action(fault.action);
    entry.set_status(fault.status);
    entry.set_milliseconds(fault.milliseconds);
  }
  for (const std::string& point : keyed) plan.add_keyed_points(point);
  const auto armed = engine_->arm(plan);
  ASSERT_TRUE(armed.ok()) << armed.error().text();
  EXPECT_EQ(armed->tracestate(), "cutset=r1.0");
}

v1::CollectRunReply ProxyTest::collect(uint32_t quiet_ms, uint32_t limit_ms) {
  v1::CollectRunRequest request;
  request.set_run("r1");
  request.set_quiet_ms(quiet_ms);
  request.set_quiet_abandoned_ms(quiet_ms);
  request.set_limit_ms(limit_ms);
  const auto reply = engine_->collect(request);
  EXPECT_TRUE(reply.ok()) << (reply.ok() ? "" : reply.error().text());
  return reply.ok() ? *reply : v1::CollectRunReply();
}

std::string ProxyTest::mark(uint64_t parent) {
  return "tracestate: cutset=r1." + hex16(parent) + "\r\n";
}

}  // namespace cutset::testing
