// The run's own rules, without sockets.
#include "agent/proxy/run.h"

#include <gtest/gtest.h>

namespace cutset::agent::proxy {

namespace {

class Nobody : public OpenCall {
 public:
  void on_lifted() override { ++lifted; }
  int lifted = 0;
};

Run::Arrival arrival(const std::string& target) {
  Run::Arrival result;
  result.callee = "stock";
  result.method = "GET";
  result.target = target;
  result.time = now();
  return result;
}

TEST(RunRecords, AreBounded) {
  const Clock clock;
  v1::ArmRunRequest request;
  request.set_run("r1");
  v1::FaultPlan& fault = *request.add_faults();
  fault.set_id(1);
  fault.set_call("stock:GET /#1");
  fault.set_action("refuse");
  const auto run = Run::plan(request, clock, 2);
  ASSERT_TRUE(run.ok());
  (*run)->arm();
  Nobody nobody;
  EXPECT_TRUE((*run)->begin(arrival("/a"), &nobody).has_value());
  EXPECT_TRUE((*run)->begin(arrival("/b"), &nobody).has_value());
  EXPECT_FALSE((*run)->overflowed());
  EXPECT_FALSE((*run)->begin(arrival("/c"), &nobody).has_value());
  EXPECT_TRUE((*run)->overflowed());
  EXPECT_EQ((*run)->identify(0, ""), nullptr);
  v1::CollectRunReply reply;
  EXPECT_EQ((*run)->close(&reply), 1u);
  EXPECT_EQ(nobody.lifted, 2);
  ASSERT_EQ(reply.calls_size(), 1);  // the other has no identity yet
  EXPECT_TRUE(reply.calls(0).unfinished());
  EXPECT_NE(reply.faults(0).error().find("1 calls came after the limit of 2"),
            std::string::npos);
  EXPECT_EQ((*run)->record(0), nullptr);
  EXPECT_EQ((*run)->close(nullptr), 0u);
}

TEST(RunRecords, LongTargetsAreCut) {
  const Clock clock;
  v1::ArmRunRequest request;
  request.set_run("r1");
  const auto run = Run::plan(request, clock);
  ASSERT_TRUE(run.ok());
  (*run)->arm();
  Nobody nobody;
  const auto call = (*run)->begin(arrival("/" + std::string(5000, 'x')), &nobody);
  EXPECT_EQ((*run)->record(*call)->target().size(), 256u);
}

}  // namespace
}  // namespace cutset::agent::proxy
