#include "solver/cone.h"

#include "base/check.h"
#include "solver/dag_builder.h"

namespace cutset::solver {

namespace {

// A child in a signature: its number and what it is.
constexpr uint32_t kLost = 0;
constexpr uint32_t kEnabled = 1;
constexpr uint32_t kGate = 2;
// Before a gate's children: their number and its type.
constexpr uint32_t kAnd = 1;
constexpr uint32_t kLearns = 2;

}  // namespace

ConeWalk::ConeWalk(const Dag& graph, const FaultTable* faults)
    : graph_(&graph),
      faults_(faults),
      number_(size_t{graph.fault_count()} + graph.gate_count(), 0) {}

uint32_t ConeWalk::slot(FaultId fault, Cone& cone) {
  if (number_[fault] == 0) {
    cone.faults.push_back(fault);
    number_[fault] = static_cast<uint32_t>(cone.faults.size());
  }
  return number_[fault] - 1;
}

uint32_t ConeWalk::code(Child child, Cone& cone) {
  if (is_enabled(child)) return slot(child & ~kEnabledBit, cone) << 2 | kEnabled;
  if (graph_->is_lost(child)) return slot(child, cone) << 2 | kLost;
  return (number_[child] - 1) << 2 | kGate;
}

bool ConeWalk::walk(Child root, size_t most, Cone& cone) {
  CHECK(!is_constant(root));
  cone.signature.clear();
  cone.faults.clear();
  cone.gates.clear();
  cone.edges = 0;
  bool fits = true;
  bool learns = false;
  if (graph_->is_gate(root)) {
    open_.push_back({graph_->gate_of(root), 0});
  } else {
    cone.signature = {1 << 2 | kAnd, code(root, cone)};
    cone.gates.push_back(root);
    cone.edges = 1;
  }
  while (!open_.empty()) {
    Open& top = open_.back();
    const std::span<const Child> below = graph_->children(top.gate);
    while (top.next < below.size() &&
           (!graph_->is_gate(below[top.next]) || number_[below[top.next]] != 0)) {
      ++top.next;
    }
    if (top.next < below.size()) {
      const GateId child = graph_->gate_of(below[top.next++]);
      open_.push_back({child, 0});
      continue;
    }
    const GateId gate = top.gate;
    open_.pop_back();
    const bool learning = graph_->may_learn(gate);
    learns = learns || learning;
    cone.signature.push_back(static_cast<uint32_t>(below.size()) << 2 |
                             (graph_->is_and(gate) ? kAnd : 0) |
                             (learning ? kLearns : 0));
    for (const Child child : below) cone.signature.push_back(code(child, cone));
    cone.gates.push_back(graph_->child_of(gate));
    cone.edges += below.size();
    number_[graph_->child_of(gate)] = static_cast<uint32_t>(cone.gates.size());
    if (cone.gates.size() + cone.faults.size() > most) {
      fits = false;
      open_.clear();
    }
  }
  work_ += cone.gates.size() + cone.faults.size();
  for (const FaultId fault : cone.faults) number_[fault] = 0;
  for (const Child gate : cone.gates) {
    if (graph_->is_gate(gate)) number_[gate] = 0;
  }
  if (faults_ != nullptr) {
    for (const FaultId fault : cone.faults)
      cone.signature.push_back((*faults_)[fault].kind);
  }
  // What may change later is equal to nothing else.
  if (learns) cone.signature.push_back(root);
  return fits;
}

Dag dag_of(const Cone& cone) {
  DagBuilder builder(static_cast<uint32_t>(cone.faults.size()));
  builder.reserve(cone.gates.size(), cone.edges);
  std::vector<Child> result;
  result.reserve(cone.gates.size());
  std::vector<Child> children;
  size_t at = 0;
  for (const Child gate : cone.gates) {
    const uint32_t head = cone.signature[at++];
    children.clear();
    for (uint32_t i = 0; i < head >> 2; ++i) {
      const uint32_t code = cone.signature[at++];
      const uint32_t number = code >> 2;
      children.push_back((code & 3) == kGate      ? result[number]
                         : (code & 3) == kEnabled ? enabled_by(number)
                                                  : number);
    }
    result.push_back(
        builder.gate((head & kAnd) != 0, children, (head & kLearns) != 0, gate));
  }
  return builder.finish(result.back());
}

}  // namespace cutset::solver
