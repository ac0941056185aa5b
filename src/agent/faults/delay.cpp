#include "agent/faults/delay.h"

#include <fmt/format.h>

#include "agent/faults/tapped_fault.h"
#include "agent/link/delay_stage.h"
#include "agent/link/message_range.h"
#include "base/hash.h"

namespace cutset::agent {

namespace {

constexpr int64_t kLongest = int64_t{3600} * 1'000'000'000;

class Delay final : public TappedFault {
 public:
  Delay(const v1::Step& step, const FaultHost& host,
        std::optional<link::MessageRange> range)
      : TappedFault(step, step.delay().peers(), host), range_(std::move(range)) {}

 private:
  std::unique_ptr<link::PacketStage> make_stage(
      const link::PlannedEnds& ends) const override {
    const v1::DelayAction& action = step_.delay();
    return std::make_unique<link::DelayStage>(action.delay_ns(), action.jitter_ns(),
                                              seed(), range_, link::side_by_ports(ends));
  }

  std::string what() const override {
    return fmt::format("by {} ms{}", static_cast<double>(step_.delay().delay_ns()) / 1e6,
                       step_.delay().jitter_ns() == 0
                           ? ""
                           : fmt::format(", jitter from seed {}", seed()));
  }

  // Of the step's name: the same schedule draws the same delays.
  uint64_t seed() const { return fnv64(step_.id()); }

  const std::optional<link::MessageRange> range_;
};

}  // namespace

Result<std::string> check_delay(const v1::Step& step, const FaultHost& host) {
  const v1::DelayAction& action = step.delay();
  if (action.delay_ns() < 0 || action.delay_ns() > kLongest || action.jitter_ns() < 0 ||
      action.jitter_ns() > kLongest)
    return Error::bad_input("delay and jitter are from 0 to 3600 s");
  if (action.delay_ns() == 0 && action.jitter_ns() == 0)
    return Error::bad_input("a delay of 0 delays nothing");
  CUTSET_TRY(link::range_of(action.messages()));
  CUTSET_TRY(check_tap(step, action.peers(), host));
  return fmt::format("{}: packets wait in the agent (a TUN device and a raw socket)",
                     step.id());
}

std::unique_ptr<Fault> make_delay(const v1::Step& step, const FaultHost& host) {
  const v1::MessageFilter& filter = step.delay().messages();
  std::optional<link::MessageRange> range;
  // Where all messages are meant, all packets are: nothing has to be found in them.
  if (filter.first() != 0 || filter.last() != 0 || !filter.operation().empty())
    range = *link::range_of(filter);
  return std::make_unique<Delay>(step, host, std::move(range));
}

}  // namespace cutset::agent
