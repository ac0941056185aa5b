#include "solver/conjuncts.h"

#include <algorithm>
#include <unordered_map>

namespace cutset::solver {

namespace {

/// The root's children, those of AND gates among them taken apart again; ascending, so
/// that gates that can only have small cones come first.
std::vector<Child> root_conjuncts(const Dag& dag) {
  std::vector<Child> result;
  std::vector<Child> waiting{dag.root()};
  std::vector<uint8_t> met(dag.gate_count(), 0);
  while (!waiting.empty()) {
    const Child child = waiting.back();
    waiting.pop_back();
    if (is_enabled(child) || !dag.is_gate(child) || !dag.is_and(dag.gate_of(child))) {
      result.push_back(child);
      continue;
    }
    if (met[dag.gate_of(child)] != 0) continue;
    met[dag.gate_of(child)] = 1;
    const std::span<const Child> below = dag.children(dag.gate_of(child));
    waiting.insert(waiting.end(), below.begin(), below.end());
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

uint64_t hash_of(const std::vector<uint32_t>& signature) {
  uint64_t state = signature.size();
  for (const uint32_t word : signature) {
    state = (state ^ word) * 0xff51afd7ed558ccdULL;
    state ^= state >> 32;
  }
  return state;
}

}  // namespace

Conjuncts split(const Additions& graph, const FaultTable* faults,
                const ConjunctLimits& limits) {
  const Dag& dag = graph.dag();
  Conjuncts result;
  const std::vector<Child> roots = root_conjuncts(dag);
  result.count = roots.size();
  const size_t nodes = size_t{dag.fault_count()} + dag.gate_count();
  const size_t most_work = limits.work_per_node * nodes + limits.least_work;
  ConeWalk walk(graph, faults);
  std::unordered_multimap<uint64_t, uint32_t> by_hash;  // looked up, never iterated
  std::vector<std::vector<uint32_t>> signatures;
  Cone cone;
  for (const Child root : roots) {
    if (walk.work() > most_work || !walk.walk(root, limits.largest_cone, cone)) {
      result.shared.push_back(root);
      continue;
    }
    const uint64_t hash = hash_of(cone.signature);
    const auto [begin, end] = by_hash.equal_range(hash);
    const auto known = std::find_if(begin, end, [&](const auto& entry) {
      return signatures[entry.second] == cone.signature;
    });
    Conjuncts::Instance instance;
    instance.root = root;
    instance.first_fault = static_cast<uint32_t>(result.faults.size());
    result.faults.insert(result.faults.end(), cone.faults.begin(), cone.faults.end());
    if (known != end) {
      instance.cone_class = known->second;
    } else {
      instance.cone_class = static_cast<uint32_t>(result.classes.size());
      by_hash.emplace(hash, instance.cone_class);
      signatures.push_back(cone.signature);
      result.classes.push_back(cone);
    }
    result.instances.push_back(instance);
  }
  return result;
}

}  // namespace cutset::solver
