// Parts of a certificate that need no proof: their minimal cut sets are so quickly found
// that the verifier computes them itself (docs/certificates.md, "Recomputed").
//
// Thread rule: one owner; `stop` is called from the calling thread.
#pragma once

#include "solver/certificate_formula.h"
#include "solver/certificate_sets.h"
#include "solver/zbdd.h"

namespace cutset::solver {

class PartDiagram {
 public:
  /// `budget` and `stop` must outlive it. `kinds`: by slot.
  PartDiagram(const CertificateCone& cone, std::vector<uint8_t> kinds,
              const CertificateBudget& budget, const std::function<bool()>& stop);

  /// The verifier's own computation of the part stays within its bounds, by a wide
  /// margin. False too if there are conditions in the part, or `stop` said so.
  bool fits() const { return fits_; }
  /// The first of its sets within the budget that is neither listed nor contains one that
  /// is, as faults of `cone`, which may be another one than that of the diagram if only
  /// the names of faults are others. Requires: fits().
  std::optional<FaultSet> first_not_listed(const CertificateCone& cone,
                                           const SetsOfCones& sets) const;

 private:
  bool build(const CertificateCone& cone);
  Zbdd::Node of(CertificateCone::Local node);
  Zbdd::Node combined(bool is_union);
  using Visit = std::function<bool(const std::vector<uint32_t>&)>;
  bool for_each(Zbdd::Node node, std::vector<uint32_t>& path, const Visit& visit) const;
  bool within_limits(const std::vector<uint32_t>& set) const;

  std::vector<uint8_t> kinds_;
  const CertificateBudget& budget_;
  const std::function<bool()>& stop_;
  Zbdd zbdd_;
  std::vector<Zbdd::Node> of_gate_;
  std::vector<Zbdd::Node> parts_;  // of the gate at hand
  Zbdd::Node root_ = Zbdd::kEmpty;
  bool fits_ = false;
};

}  // namespace cutset::solver
