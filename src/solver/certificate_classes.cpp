#include "solver/certificate_classes.h"

#include <algorithm>

namespace cutset::solver {

namespace {

uint64_t hash_of(const std::vector<uint32_t>& key) {
  uint64_t state = key.size();
  for (const uint32_t word : key) {
    state = (state ^ word) * 0xff51afd7ed558ccdULL;
    state ^= state >> 32;
  }
  return state;
}

}  // namespace

std::vector<Child> conjuncts_of(const Dag& dag) {
  std::vector<Child> result;
  if (dag.root() == kTrue) return result;
  std::vector<Child> waiting{dag.root()};
  std::vector<uint8_t> met(dag.gate_count(), 0);
  while (!waiting.empty()) {
    const Child child = waiting.back();
    waiting.pop_back();
    if (is_enabled(child) || !dag.is_gate(child) || !dag.is_and(dag.gate_of(child))) {
      result.push_back(child);
    } else if (met[dag.gate_of(child)] == 0) {
      met[dag.gate_of(child)] = 1;
      const std::span<const Child> below = dag.children(dag.gate_of(child));
      waiting.insert(waiting.end(), below.begin(), below.end());
    }
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void ConjunctClasses::add(Child root, const CertificateCone& cone,
                          const std::vector<std::vector<uint32_t>>& sets) {
  std::vector<uint32_t> key = key_of(cone, sets);
  const uint64_t hash = hash_of(key);
  const auto [begin, end] = by_hash_.equal_range(hash);
  const auto known = std::find_if(
      begin, end, [&](const auto& entry) { return keys_[entry.second] == key; });
  if (known != end) {
    classes_[known->second].same.push_back(root);
    return;
  }
  by_hash_.emplace(hash, classes_.size());
  classes_.push_back({root, {}});
  keys_.push_back(std::move(key));
}

std::vector<ConjunctClasses::Class> ConjunctClasses::take() {
  by_hash_.clear();
  keys_.clear();
  return std::move(classes_);
}

std::vector<uint32_t> ConjunctClasses::key_of(
    const CertificateCone& cone, const std::vector<std::vector<uint32_t>>& sets) const {
  std::vector<uint32_t> key{static_cast<uint32_t>(cone.faults.size()), cone.gate_count(),
                            cone.roots.front().code};
  for (uint32_t gate = 0; gate < cone.gate_count(); ++gate) {
    const auto below = cone.children(gate);
    key.push_back(static_cast<uint32_t>(2 * below.size()) + cone.is_and[gate]);
    for (const CertificateCone::Local child : below) key.push_back(child.code);
  }
  if (!budget_.limits.empty()) {
    for (const FaultId fault : cone.faults) key.push_back(graph_.faults[fault].kind);
  }
  for (const std::vector<uint32_t>& set : sets) {
    key.push_back(static_cast<uint32_t>(set.size()));
    key.insert(key.end(), set.begin(), set.end());
  }
  return key;
}

}  // namespace cutset::solver
