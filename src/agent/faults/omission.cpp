#include "agent/faults/omission.h"

#include <fmt/format.h>

#include "agent/faults/tapped_fault.h"
#include "agent/link/message_range.h"
#include "agent/link/omission_stage.h"

namespace cutset::agent {

namespace {

bool of_datagrams(const v1::MessageFilter& filter) {
  return filter.framing() == v1::FRAMING_DATAGRAM;
}

class Omission final : public TappedFault {
 public:
  Omission(const v1::Step& step, const FaultHost& host, link::MessageRange range)
      : TappedFault(step, step.omission().peers(), host), range_(std::move(range)) {}

  Result<std::string> verify() override {
    CUTSET_ASSIGN(const std::string seen, TappedFault::verify());
    const auto& stage = static_cast<const link::OmissionStage&>(*stage_);
    return fmt::format("{}; {} messages seen, {} losses so far", seen, stage.hits(),
                       stage.losses());
  }

 private:
  std::unique_ptr<link::PacketStage> make_stage(
      const link::PlannedEnds& ends) const override {
    return std::make_unique<link::OmissionStage>(range_, link::side_by_ports(ends));
  }

  std::string what() const override {
    if (range_.last == 0) return fmt::format("from message {} on", range_.first);
    return fmt::format("messages {} to {}", range_.first, range_.last);
  }

  const link::MessageRange range_;
};

}  // namespace

Result<std::string> check_omission(const v1::Step& step, const FaultHost& host) {
  const v1::OmissionAction& action = step.omission();
  if (action.messages().framing() == v1::FRAMING_NONE) {
    return Error::bad_input(
        "an omission needs a framing: bytes of an unknown stream cannot be left out; "
        "state the framing, or use a partition, which loses everything");
  }
  CUTSET_TRY(link::range_of(action.messages()));
  CUTSET_TRY(check_tap(step, action.peers(), host));
  if (of_datagrams(action.messages()))
    return fmt::format("{}: datagrams are lost one by one", step.id());
  return fmt::format("{}: {}", step.id(),
                     action.messages().last() == 0
                         ? "connections are silent from the first byte of the message on"
                         : "connections are reset before the first byte of each message");
}

std::unique_ptr<Fault> make_omission(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Omission>(step, host,
                                    **link::range_of(step.omission().messages()));
}

}  // namespace cutset::agent
