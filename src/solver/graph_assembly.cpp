#include "solver/graph_assembly.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::solver {

void GraphAssembly::announce(uint64_t faults, uint64_t gates) {
  gates_announced_ = std::min(gates, kMostRoom);
  graph_.faults.reserve(std::min(faults, kMostRoom));
  result_.reserve(std::min(faults + gates_announced_, kMostRoom));
}

void GraphAssembly::begin_gates() {
  const FaultTable& faults = graph_.faults;
  builder_.emplace(faults.size());
  builder_->reserve(gates_announced_, 2 * gates_announced_);
  never_.resize(faults.size());
  result_.resize(faults.size());
  for (FaultId fault = 0; fault < faults.size(); ++fault) {
    never_[fault] = faults.kinds()[faults[fault].kind] == FaultTable::kNever;
    result_[fault] = never_[fault] ? kTrue : fault;
  }
}

std::string GraphAssembly::expected_child() const {
  return fmt::format(
      "expected a fault or gate below {}, or -1 to -{} (enabled by a fault)", next_id(),
      graph_.faults.size());
}

void GraphAssembly::add_gate(bool is_and, std::span<const Child> children) {
  result_.push_back(
      builder_->gate(is_and, children, false, static_cast<uint32_t>(result_.size())));
}

FaultGraph GraphAssembly::finish(int64_t root) {
  graph_.nodes_read = static_cast<uint32_t>(result_.size());
  graph_.dag = builder_->finish(*resolve(root));
  return std::move(graph_);
}

}  // namespace cutset::solver
