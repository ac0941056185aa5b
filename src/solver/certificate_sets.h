// The sets that a certificate lists, found by their content and by the cone that they
// stand in.
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

  /// `set`: ascending.
  bool has(const FaultSet& set) const;
  /// One is within `set`.
  bool has_part_of(const FaultSet& set) const;
  bool any_inside(const CertificateCone& cone);
  /// As slots, each ascending, all in order.
  void inside(const CertificateCone& cone, std::vector<std::vector<uint32_t>>& result);

 private:
  static constexpr uint32_t kNoSlot = 0xffff'ffff;
  std::span<const FaultSet* const> with_rarest(FaultId fault) const {
    return {by_rarest_.data() + first_by_rarest_[fault],
            by_rarest_.data() + first_by_rarest_[fault + 1]};
  }
  void set_slots(const CertificateCone& cone);
  void clear_slots(const CertificateCone& cone);
  bool is_inside(const FaultSet& set) const;

  std::vector<const FaultSet*> table_;      // open addressing
  std::vector<uint32_t> first_by_rarest_;   // by fault; one more at the end
  std::vector<const FaultSet*> by_rarest_;  // by the set's rarest fault
  std::vector<uint32_t> slot_of_;
};

}  // namespace cutset::solver
