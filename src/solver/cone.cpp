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

ConeWalk::ConeWalk(const Additions& graph, const FaultTable* faults)
    : graph_(&graph), faults_(faults) {}

uint32_t ConeWalk::slot(FaultId fault, Cone& cone) {
  if (number_[fault] == 0) {
    cone.faults.push_back(fault);
    number_[fault] = static_cast<uint32_t>(cone.faults.size());
  }
  return number_[fault] - 1;
}

uint32_t ConeWalk::code(Child child, Cone& cone) {
  if (is_enabled(child)) return slot(child & ~kEnabledBit, cone) << 2 | kEnabled;
  if (graph_->dag().is_lost(child)) return slot(child, cone) << 2 | kLost;
  return (number_[child] - 1) << 2 | kGate;
}

void ConeWalk::begin(Cone& cone) {
  number_.resize(size_t{graph_->dag().fault_count()} + graph_->gate_count(), 0);
  cone.signature.clear();
  cone.faults.clear();
  cone.gates.clear();
  cone.edges = 0;
  learns_ = false;
}

void ConeWalk::add_gate(Child gate, uint32_t head, std::span<const Child> children,
                        Cone& cone) {
  cone.signature.push_back(static_cast<uint32_t>(children.size()) << 2 | head);
  for (const Child child : children) cone.signature.push_back(code(child, cone));
  cone.gates.push_back(gate);
  cone.edges += children.size();
}

/// The gates below `root` that were not met yet, children first.
bool ConeWalk::visit(Child root, size_t most, Cone& cone) {
  const Dag& dag = graph_->dag();
  if (is_enabled(root) || !graph_->is_gate(root) || number_[root] != 0) return true;
  open_.push_back({dag.gate_of(root), 0});
  while (!open_.empty()) {
    CHECK(open_.size() <= number_.size());  // a cycle through an addition
    Open& top = open_.back();
    const std::span<const Child> below = graph_->children(top.gate);
    while (top.next < below.size() &&
           (is_enabled(below[top.next]) || !graph_->is_gate(below[top.next]) ||
            number_[below[top.next]] != 0)) {
      ++top.next;
    }
    if (top.next < below.size()) {
      open_.push_back({dag.gate_of(below[top.next++]), 0});
      continue;
    }
    const GateId gate = top.gate;
    open_.pop_back();
    const bool learning = graph_->may_learn(gate);
    learns_ = learns_ || learning;
    add_gate(dag.child_of(gate),
             (graph_->is_and(gate) ? kAnd : 0) | (learning ? kLearns : 0), below, cone);
    number_[dag.child_of(gate)] = static_cast<uint32_t>(cone.gates.size());
    if (cone.gates.size() + cone.faults.size() > most) {
      open_.clear();
      return false;
    }
  }
  return true;
}

void ConeWalk::end(Child root, Cone& cone) {
  work_ += cone.gates.size() + cone.faults.size();
  for (const FaultId fault : cone.faults) number_[fault] = 0;
  for (const Child gate : cone.gates) {
    if (gate < number_.size()) number_[gate] = 0;
  }
  if (faults_ != nullptr) {
    for (const FaultId fault : cone.faults) {
      cone.signature.push_back((*faults_)[fault].kind);
    }
  }
  // What may change later is equal to nothing else.
  if (learns_) cone.signature.push_back(root);
}

bool ConeWalk::walk(Child root, size_t most, Cone& cone) {
  CHECK(!is_constant(root));
  begin(cone);
  const bool fits = visit(root, most, cone);
  if (cone.gates.empty()) {
    const Child only[] = {root};
    add_gate(kTrue, kAnd, only, cone);
  }
  end(root, cone);
  return fits;
}

void ConeWalk::walk_all(std::span<const Child> roots, Cone& cone) {
  begin(cone);
  for (const Child root : roots) visit(root, kMostNodes, cone);
  add_gate(kTrue, kAnd, roots, cone);
  end(kTrue, cone);
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
