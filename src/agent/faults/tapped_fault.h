// What faults on a tap have in common: everything but the stage.
//
// Thread rule: as Fault.
#pragma once

#include <memory>

#include "agent/faults/fault.h"
#include "agent/link/link_ends.h"
#include "agent/link/link_tap.h"
#include "agent/link/packet_stage.h"

namespace cutset::agent {

/// When the plan is loaded: can the link from the target to the peers be tapped?
Status check_tap(const v1::Step& step, const link::Peers& peers, const FaultHost& host);

class TappedFault : public Fault {
 public:
  Result<std::vector<UndoRecord>> prepare() final;
  Status make_ready() final;
  Result<std::string> apply() final;
  Result<std::string> verify() override;
  Status release() final;

 protected:
  TappedFault(const v1::Step& step, const link::Peers& peers, const FaultHost& host)
      : step_(step), peers_(peers), host_(host) {}

  virtual std::unique_ptr<link::PacketStage> make_stage(
      const link::PlannedEnds& ends) const = 0;
  /// "by 100 ms", for people.
  virtual std::string what() const = 0;

  const v1::Step& step_;
  const link::Peers& peers_;
  const FaultHost& host_;
  std::unique_ptr<link::PacketStage> stage_;

 private:
  std::unique_ptr<link::LinkTap> tap_;
  bool made_ = false;
};

}  // namespace cutset::agent
