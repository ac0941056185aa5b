#include "agent/faults/tapped_fault.h"

#include <utility>

#include <fmt/format.h>

namespace cutset::agent {

Status check_tap(const v1::Step& step, const link::Peers& peers, const FaultHost& host) {
  CUTSET_ASSIGN(const link::PlannedEnds ends,
                link::planned_ends(step.target(), peers, *host.instances));
  CUTSET_TRY(link::match_outgoing(ends.target, ends.peers, ends.all));
  return {};
}

Result<std::vector<UndoRecord>> TappedFault::prepare() {
  CUTSET_ASSIGN(const link::LinkEnds ends,
                link::find_ends(step_.target(), peers_, *host_.instances));
  tap_.reset();
  made_ = false;
  stage_ = make_stage(ends.ends);
  CUTSET_ASSIGN(tap_, link::LinkTap::prepare_sent(ends, host_.mark, *stage_));
  return std::vector<UndoRecord>{tap_->record()};
}

Status TappedFault::make_ready() {
  return std::exchange(made_, true) ? Status() : tap_->make();
}

Result<std::string> TappedFault::apply() {
  CUTSET_TRY(tap_->open());
  return fmt::format("{} peers, {}", peers_.size(), what());
}

Result<std::string> TappedFault::verify() {
  return tap_->verify();
}

Status TappedFault::release() {
  if (tap_ == nullptr) return {};
  Status closed = tap_->close();
  tap_.reset();
  return closed;
}

}  // namespace cutset::agent
