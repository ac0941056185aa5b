// The sets that a certificate lists, found by the cone that they stand in.
//
// Thread rule: one owner; the claim must outlive it.
#pragma once

#include <vector>

#include "solver/certificate.h"
#include "solver/certificate_cone.h"

namespace cutset::solver {

/// Listed and violated sets.
class SetsOfCones {
 public:
  SetsOfCones(const CertificateClaim& claim, uint32_t faults);

  /// As slots, each ascending, all in order.
  void inside(const CertificateCone& cone, std::vector<std::vector<uint32_t>>& result);

 private:
  static constexpr uint32_t kNoSlot = 0xffff'ffff;
  std::vector<const FaultSet*> sets_;
  std::vector<std::vector<const FaultSet*>> by_rarest_;
  std::vector<uint32_t> slot_of_;
};

}  // namespace cutset::solver
