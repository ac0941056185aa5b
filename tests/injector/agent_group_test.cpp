// What several agents saw of one run, put together.
#include "injector/agent_group.h"

#include <gtest/gtest.h>

namespace cutset::injector {
namespace {

namespace v1 = agent::v1;

v1::CollectRunReply reply_with(std::vector<int64_t> starts) {
  v1::CollectRunReply reply;
  reply.set_quiet(true);
  for (const int64_t start : starts) reply.add_calls()->set_start_ns(start);
  return reply;
}

v1::FaultState& add_fault(v1::CollectRunReply& reply, uint32_t id, bool fired) {
  v1::FaultState& state = *reply.add_faults();
  state.set_id(id);
  state.set_armed(true);
  state.set_undone(true);
  state.set_fired(fired);
  return state;
}

TEST(MergedRecords, CallsInTheOrderOfTheirBeginning) {
  const v1::CollectRunReply merged =
      merged_records({reply_with({1, 5}), reply_with({2, 4})});
  std::vector<int64_t> starts;
  for (const v1::CallRecord& call : merged.calls()) starts.push_back(call.start_ns());
  EXPECT_EQ(starts, (std::vector<int64_t>{1, 2, 4, 5}));
  EXPECT_TRUE(merged.quiet());
}

TEST(MergedRecords, AFaultFiredIfItFiredAnywhere) {
  v1::CollectRunReply first = reply_with({});
  v1::CollectRunReply second = reply_with({});
  add_fault(first, 2, false);
  add_fault(first, 1, false);
  add_fault(second, 1, true).set_fired_on(77);
  add_fault(second, 2, false).set_error("cannot");
  const v1::CollectRunReply merged = merged_records({first, second});
  ASSERT_EQ(merged.faults_size(), 2);
  EXPECT_EQ(merged.faults(0).id(), 1U);
  EXPECT_TRUE(merged.faults(0).fired());
  EXPECT_EQ(merged.faults(0).fired_on(), 77U);
  EXPECT_FALSE(merged.faults(1).fired());
  EXPECT_EQ(merged.faults(1).error(), "cannot");
}

TEST(MergedRecords, NotQuietAndNotUndoneCountForAll) {
  v1::CollectRunReply first = reply_with({});
  v1::CollectRunReply second = reply_with({});
  add_fault(first, 1, true);
  add_fault(second, 1, false).set_undone(false);
  second.set_quiet(false);
  first.set_unmarked_calls(1);
  second.set_unmarked_calls(2);
  const v1::CollectRunReply merged = merged_records({first, second});
  EXPECT_FALSE(merged.quiet());
  EXPECT_FALSE(merged.faults(0).undone());
  EXPECT_EQ(merged.unmarked_calls(), 3);
}

}  // namespace
}  // namespace cutset::injector
