#include "solver/certificate_cone.h"

namespace cutset::solver {

CertificateCone::Local CertificateWalk::local(Child child) const {
  using Type = CertificateCone::Local::Type;
  const Type type = is_enabled(child)     ? Type::kEnabled
                    : dag_.is_lost(child) ? Type::kLost
                                          : Type::kGate;
  return {4 * (number_[child & ~kEnabledBit] - 1) + static_cast<uint32_t>(type)};
}

void CertificateWalk::meet(Child child, CertificateCone& cone) {
  if (!is_enabled(child) && dag_.is_gate(child)) {
    if (number_[child] == 0) open_.push_back({dag_.gate_of(child), 0});
    return;
  }
  const FaultId fault = child & ~kEnabledBit;
  if (number_[fault] != 0) return;
  cone.faults.push_back(fault);
  number_[fault] = static_cast<uint32_t>(cone.faults.size());
}

void CertificateWalk::walk(std::span<const Child> roots, CertificateCone& cone) {
  cone.faults.clear();
  cone.is_and.clear();
  cone.first.assign(1, 0);
  cone.below.clear();
  cone.roots.clear();
  left_.clear();
  for (const Child root : roots) {
    meet(root, cone);
    while (!open_.empty()) {
      Open& top = open_.back();
      const std::span<const Child> below = dag_.children(top.gate);
      if (top.next < below.size()) {
        meet(below[top.next++], cone);
        continue;
      }
      for (const Child child : below) cone.below.push_back(local(child));
      cone.first.push_back(static_cast<uint32_t>(cone.below.size()));
      cone.is_and.push_back(dag_.is_and(top.gate) ? 1 : 0);
      left_.push_back(top.gate);
      number_[dag_.child_of(top.gate)] = static_cast<uint32_t>(left_.size());
      open_.pop_back();
    }
    cone.roots.push_back(local(root));
  }
  work_ += cone.below.size() + cone.faults.size();
  for (const FaultId fault : cone.faults) number_[fault] = 0;
  for (const GateId gate : left_) number_[dag_.child_of(gate)] = 0;
}

}  // namespace cutset::solver
