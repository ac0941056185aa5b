#include "solver/certificate_diagram.h"

#include <algorithm>

namespace cutset::solver {

namespace {

using Local = CertificateCone::Local;

// The verifier has four times the nodes, and twice the faults.
constexpr size_t kMostDiagramNodes = size_t{1} << 18;
constexpr size_t kMostDiagramFaults = 5000;

bool has_conditions(const std::vector<Local>& nodes) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [](Local node) { return node.type() == Local::Type::kEnabled; });
}

}  // namespace

PartDiagram::PartDiagram(const CertificateCone& cone, std::vector<uint8_t> kinds,
                         const CertificateBudget& budget,
                         const std::function<bool()>& stop)
    : kinds_(std::move(kinds)), budget_(budget), stop_(stop), zbdd_(kMostDiagramNodes) {
  const bool can_be = cone.faults.size() <= kMostDiagramFaults &&
                      !has_conditions(cone.below) && !has_conditions(cone.roots);
  fits_ = can_be && build(cone);
}

/// Slots were numbered depth first, which is a good order.
bool PartDiagram::build(const CertificateCone& cone) {
  of_gate_.reserve(cone.gate_count());
  for (uint32_t gate = 0; gate < cone.gate_count(); ++gate) {
    parts_.clear();
    for (const Local child : cone.children(gate)) parts_.push_back(of(child));
    of_gate_.push_back(combined(cone.is_and[gate] != 0));
    if (zbdd_.overflowed() || (stop_ && stop_())) return false;
  }
  parts_.clear();
  for (const Local root : cone.roots) parts_.push_back(of(root));
  root_ = combined(true);
  return !zbdd_.overflowed();
}

Zbdd::Node PartDiagram::of(Local node) {
  if (node.type() == Local::Type::kGate) return of_gate_[node.number()];
  const CertificateBudget::Limit* limit = budget_.limit_of(kinds_[node.number()]);
  const bool is_never_active = limit != nullptr && limit->most == 0;
  return is_never_active ? Zbdd::kEmpty : zbdd_.single(node.number());
}

/// From the last in the order to the first: where two have nothing in common, the cost is
/// that of the one that comes first.
Zbdd::Node PartDiagram::combined(bool is_union) {
  std::sort(parts_.begin(), parts_.end(), [this](Zbdd::Node a, Zbdd::Node b) {
    return std::pair(zbdd_.variable(a), a) > std::pair(zbdd_.variable(b), b);
  });
  const uint32_t most = std::min(budget_.total, Zbdd::kNoLimit - 1);
  Zbdd::Node result = parts_.front();
  for (size_t i = 1; i < parts_.size(); ++i) {
    result =
        is_union ? zbdd_.either(parts_[i], result) : zbdd_.both(parts_[i], result, most);
  }
  return result;
}

std::optional<FaultSet> PartDiagram::first_not_listed(const CertificateCone& cone,
                                                      const SetsOfCones& sets) const {
  FaultSet named;
  std::vector<uint32_t> path;
  const bool are_all_listed = for_each(root_, path, [&](const auto& slots) {
    if (!within_limits(slots)) return true;
    named.clear();
    for (const uint32_t slot : slots) named.push_back(cone.faults[slot]);
    std::sort(named.begin(), named.end());
    return sets.has(named) || sets.has_part_of(named);
  });
  if (are_all_listed) return std::nullopt;
  return named;
}

bool PartDiagram::for_each(Zbdd::Node node, std::vector<uint32_t>& path,
                           const Visit& visit) const {
  for (; node > Zbdd::kUnit; node = zbdd_.without(node)) {
    path.push_back(zbdd_.variable(node));
    const bool goes_on = for_each(zbdd_.with(node), path, visit);
    path.pop_back();
    if (!goes_on) return false;
  }
  return node == Zbdd::kEmpty || visit(path);
}

bool PartDiagram::within_limits(const std::vector<uint32_t>& set) const {
  if (set.size() > budget_.total) return false;
  return std::all_of(budget_.limits.begin(), budget_.limits.end(),
                     [&](const CertificateBudget::Limit& limit) {
                       const auto is_of = [&](uint32_t slot) {
                         return kinds_[slot] == limit.kind;
                       };
                       return std::count_if(set.begin(), set.end(), is_of) <=
                              static_cast<ptrdiff_t>(limit.most);
                     });
}

}  // namespace cutset::solver
