// The cone of a part of a certificate, numbered as docs/certificates.md says it: a
// depth-first walk, children ascending, faults as they are met, gates as they are left.
// The numbers are part of the format: they stay as they are, whatever the solver's own
// walks do.
//
// Thread rule: one owner.
#pragma once

#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

struct CertificateCone {
  /// What stands below a gate: a slot's lost or enabled leaf, or a local gate.
  struct Local {
    enum class Type : uint8_t { kLost, kEnabled, kGate };
    uint32_t code = 0;  // 4 * number + type
    Type type() const { return static_cast<Type>(code % 4); }
    uint32_t number() const { return code / 4; }
    friend bool operator==(const Local&, const Local&) = default;
  };
  std::vector<FaultId> faults;     // by slot
  std::vector<uint8_t> is_and;     // by local gate
  std::vector<uint32_t> first{0};  // into below; one more at the end
  std::vector<Local> below;
  std::vector<Local> roots;

  uint32_t gate_count() const { return static_cast<uint32_t>(is_and.size()); }
  std::span<const Local> children(uint32_t gate) const {
    return {below.data() + first[gate], below.data() + first[gate + 1]};
  }
};

class CertificateWalk {
 public:
  explicit CertificateWalk(const Dag& dag)
      : dag_(dag), number_(size_t{dag.fault_count()} + dag.gate_count(), 0) {}

  /// Requires: no constant. `cone` is what the last call left there, or empty.
  void walk(std::span<const Child> roots, CertificateCone& cone);
  /// Edges seen by all calls so far.
  size_t work() const { return work_; }

 private:
  CertificateCone::Local local(Child child) const;
  void meet(Child child, CertificateCone& cone);

  struct Open {
    GateId gate;
    uint32_t next;
  };
  const Dag& dag_;
  std::vector<uint32_t> number_;  // 1 + slot or local gate; 0: not met
  std::vector<Open> open_;
  std::vector<GateId> left_;  // gates in the order of their numbers
  size_t work_ = 0;
};

}  // namespace cutset::solver
