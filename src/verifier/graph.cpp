#include "verifier/graph.h"

#include <algorithm>

#include "verifier/graph_readers.h"
#include "verifier/input.h"

namespace cutset::verifier {

namespace {

uint64_t mixed(uint64_t state, uint64_t word) {
  state = (state ^ word) * 0x9fb21c651e98df25ULL;
  return state ^ (state >> 29);
}

}  // namespace

bool GraphBuilder::add_fault(std::string_view kind, std::string_view a,
                             std::string_view b, int64_t t) {
  size_t at = 0;
  if (!graph_.kind_of.empty() && graph_.kinds[graph_.kind_of.back()] == kind) {
    at = graph_.kind_of.back();
  } else {
    at = static_cast<size_t>(std::find(graph_.kinds.begin(), graph_.kinds.end(), kind) -
                             graph_.kinds.begin());
    if (at == kMostKinds) return false;
    if (at == graph_.kinds.size()) graph_.kinds.emplace_back(kind);
  }
  graph_.kind_of.push_back(static_cast<uint8_t>(at));
  never_.push_back(kind == "never" ? 1 : 0);
  numbers_.push_back(never_.back() != 0 ? kHolds
                                        : static_cast<Node>(graph_.kind_of.size() - 1));
  graph_.subjects += a;
  graph_.subject_end.push_back(graph_.subjects.size());
  const std::string_view zero("\0", 1);
  for (const std::string_view part : {kind, zero, a, zero, b, zero}) names_.add(part);
  char digits[4];
  for (int i = 0; i < 4; ++i)
    digits[i] = static_cast<char>(static_cast<uint64_t>(t) >> (8 * i) & 0xff);
  names_.add(std::string_view(digits, 4));
  return true;
}

std::optional<Node> GraphBuilder::node(int64_t number) const {
  if (number >= 0) {
    if (number >= next_number()) return std::nullopt;
    return numbers_[static_cast<size_t>(number)];
  }
  const int64_t fault = -(number + 1);
  if (fault >= static_cast<int64_t>(faults())) return std::nullopt;
  if (never_[static_cast<size_t>(fault)] != 0) return kFails;
  return kEnabledBit | static_cast<Node>(fault);
}

Node GraphBuilder::add_gate(bool is_and, std::span<const Node> children) {
  numbers_.push_back(gate(is_and, children));
  return numbers_.back();
}

Node GraphBuilder::gate(bool is_and, std::span<const Node> children) {
  const Node constant = constant_or(is_and, children);
  if (is_constant(constant)) return constant;
  return sorted_.size() == 1 ? sorted_.front() : find_or_append(is_and);
}

/// A constant, or 0 and the children in sorted_.
Node GraphBuilder::constant_or(bool is_and, std::span<const Node> children) {
  const Node decides = is_and ? kFails : kHolds;
  const Node is_nothing = is_and ? kHolds : kFails;
  sorted_.clear();
  for (const Node child : children) {
    if (child == decides) return decides;
    if (child != is_nothing) sorted_.push_back(child);
  }
  if (sorted_.empty()) return is_nothing;
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
  // A fault's two leaves below one gate: not both hold, and one does.
  for (auto enabled = std::lower_bound(sorted_.begin(), sorted_.end(), kEnabledBit);
       enabled != sorted_.end(); ++enabled) {
    if (std::binary_search(sorted_.begin(), enabled, *enabled & ~kEnabledBit)) {
      return decides;
    }
  }
  return 0;
}

Node GraphBuilder::find_or_append(bool is_and) {
  if (2 * (graph_.is_and.size() + 1) > table_.size()) grow();
  uint64_t hash = is_and ? 1 : 2;
  for (const Node child : sorted_) hash = mixed(hash, child);
  const size_t mask = table_.size() - 1;
  size_t slot = hash & mask;
  for (; table_[slot] != 0; slot = (slot + 1) & mask) {
    const uint32_t gate = table_[slot] - 1;
    const std::span<const Node> children = graph_.children(gate);
    if ((graph_.is_and[gate] != 0) == is_and && children.size() == sorted_.size() &&
        std::equal(children.begin(), children.end(), sorted_.begin())) {
      return graph_.faults() + gate;
    }
  }
  graph_.is_and.push_back(is_and ? 1 : 0);
  graph_.below.insert(graph_.below.end(), sorted_.begin(), sorted_.end());
  graph_.first.push_back(static_cast<uint32_t>(graph_.below.size()));
  table_[slot] = graph_.gates();
  if (is_enabled(sorted_.back())) graph_.has_conditions = true;
  return graph_.faults() + graph_.gates() - 1;
}

void GraphBuilder::grow() {
  constexpr size_t kSmallest = 256;
  const size_t size = std::max(kSmallest, 4 * table_.size());
  table_.assign(size, 0);
  for (uint32_t gate = 0; gate < graph_.gates(); ++gate) {
    uint64_t hash = graph_.is_and[gate] != 0 ? 1 : 2;
    for (const Node child : graph_.children(gate)) hash = mixed(hash, child);
    size_t slot = hash & (size - 1);
    while (table_[slot] != 0) slot = (slot + 1) & (size - 1);
    table_[slot] = gate + 1;
  }
}

Graph GraphBuilder::finish(Node root) {
  graph_.root = root;
  if (!is_constant(root) && is_enabled(root)) graph_.has_conditions = true;
  uint64_t digest = names_.value();
  for (uint32_t gate = 0; gate < graph_.gates(); ++gate) {
    const std::span<const Node> children = graph_.children(gate);
    digest = mixed(digest, 2 * children.size() + graph_.is_and[gate]);
    for (const Node child : children) digest = mixed(digest, child);
  }
  graph_.digest = mixed(digest, root);
  return std::move(graph_);
}

Result<Graph> parse_graph(std::string_view input, const std::string& name) {
  const size_t start = input.find_first_not_of(" \t\r\n");
  const char first = start == std::string_view::npos ? '\0' : input[start];
  if (first == '{') return read_dag_json(input, name);
  if (first == '<') return read_fault_tree(input, name);
  return read_dag_text(input, name);
}

Result<Graph> read_graph(const std::string& path) {
  constexpr size_t kMostBytes = 4'000'000'000;  // what simdjson takes
  CUTSET_ASSIGN(const std::string input, read_input(path, kMostBytes));
  return parse_graph(input, path == "-" ? "standard input" : path);
}

}  // namespace cutset::verifier
