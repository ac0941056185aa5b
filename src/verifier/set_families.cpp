#include "verifier/set_families.h"

#include <algorithm>

namespace cutset::verifier {

namespace {

constexpr size_t kFirstSize = 1024;
constexpr uint64_t kStepsPerNode = 64;
constexpr uint64_t kStepsBetweenStops = 1 << 14;

size_t mix(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t hash = (a << 32 | b) * 0xff51afd7ed558ccdULL;
  hash = (hash ^ (hash >> 33) ^ c) * 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 29);
}

}  // namespace

SetFamilies::SetFamilies(uint32_t largest, size_t most_nodes,
                         const std::function<bool()>& stop)
    : largest_(std::min(largest, kMostElements)),
      most_nodes_(most_nodes),
      stop_(stop),
      table_(kFirstSize, kNone),
      results_(kFirstSize) {
  // No family is apart from these two; the size of no set is above every bound.
  nodes_.push_back({kNoElement, kNone, kNone, kNoElement, 0xffff, 0});
  nodes_.push_back({kNoElement, kNone, kNone, kNoElement, 0, 0});
}

SetFamilies::Family SetFamilies::single(uint32_t element) {
  return largest_ == 0 ? kNone : make(element, kNone, kEmptySet);
}

SetFamilies::Family SetFamilies::make(uint32_t top, Family without, Family with) {
  if (with == kNone) return without;
  const size_t mask = table_.size() - 1;
  size_t at = mix(top, without, with) & mask;
  for (; table_[at] != kNone; at = (at + 1) & mask) {
    const Node& node = nodes_[table_[at]];
    if (node.top == top && node.without == without && node.with == with) {
      return table_[at];
    }
  }
  if (nodes_.size() >= most_nodes_) {
    gave_up_ = true;
    return kNone;
  }
  const Node& less = nodes_[without];
  const Node& more = nodes_[with];
  const uint32_t last = std::max(
      {top, without <= kEmptySet ? 0 : less.last, with <= kEmptySet ? 0 : more.last});
  const auto smallest = std::min(less.smallest, static_cast<uint16_t>(more.smallest + 1));
  const auto biggest = std::max(less.biggest, static_cast<uint16_t>(more.biggest + 1));
  const auto family = static_cast<Family>(nodes_.size());
  nodes_.push_back({top, without, with, last, smallest, biggest});
  table_[at] = family;
  if (2 * nodes_.size() > table_.size()) grow();
  return family;
}

void SetFamilies::grow() {
  table_.assign(2 * table_.size(), kNone);
  const size_t mask = table_.size() - 1;
  for (Family family = kEmptySet + 1; family < nodes_.size(); ++family) {
    const Node& node = nodes_[family];
    size_t at = mix(node.top, node.without, node.with) & mask;
    while (table_[at] != kNone) at = (at + 1) & mask;
    table_[at] = family;
  }
  std::vector<Result> before(2 * results_.size());
  before.swap(results_);
  for (const Result& result : before) {
    if (result.operation != 0) place(result.operation, result.a, result.b) = result;
  }
}

/// False: it is enough. What follows would be of no use.
bool SetFamilies::step() {
  ++steps_;
  if (steps_ > kStepsPerNode * most_nodes_) gave_up_ = true;
  if (steps_ % kStepsBetweenStops == 0 && stop_ && stop_()) gave_up_ = true;
  return !gave_up_;
}

SetFamilies::Result& SetFamilies::place(uint32_t operation, Family a, Family b) {
  return results_[mix(a, b, operation) & (results_.size() - 1)];
}

const SetFamilies::Family* SetFamilies::known(uint32_t operation, Family a, Family b) {
  const Result& result = place(operation, a, b);
  const bool is_same = result.operation == operation && result.a == a && result.b == b;
  return is_same ? &result.result : nullptr;
}

SetFamilies::Family SetFamilies::keep(uint32_t operation, Family a, Family b,
                                      Family result) {
  if (!gave_up_) place(operation, a, b) = {operation, a, b, result};
  return result;
}

SetFamilies::Family SetFamilies::unite(Family a, Family b) {
  if (a == kNone || a == b) return b;
  if (b == kNone) return a;
  if (a == kEmptySet || b == kEmptySet) return kEmptySet;
  if (nodes_[a].top > nodes_[b].top || (nodes_[a].top == nodes_[b].top && a > b)) {
    std::swap(a, b);
  }
  if (const Family* result = known(kUnite, a, b)) return *result;
  if (!step()) return kNone;
  const Node left = nodes_[a];
  const Node right = nodes_[b];
  Family result = kNone;
  if (left.top != right.top) {
    const Family without = unite(left.without, b);
    result = make(left.top, without, minus(left.with, b));
  } else {
    const Family without = unite(left.without, right.without);
    const Family only_left = minus(left.with, right.without);
    const Family only_right = minus(right.with, left.without);
    result = make(left.top, without, unite(only_left, only_right));
  }
  return keep(kUnite, a, b, result);
}

SetFamilies::Family SetFamilies::minus(Family a, Family b) {
  if (a == kNone || b == kNone) return a;
  if (b == kEmptySet || a == b) return kNone;
  if (a == kEmptySet || nodes_[b].smallest > nodes_[a].biggest ||
      nodes_[a].last < nodes_[b].top) {
    return a;
  }
  if (nodes_[b].top < nodes_[a].top) {
    // Its sets with this element are in no set of a.
    do b = nodes_[b].without;
    while (nodes_[b].top < nodes_[a].top);
    return minus(a, b);
  }
  if (const Family* result = known(kMinus, a, b)) return *result;
  if (!step()) return kNone;
  const Node left = nodes_[a];
  const Node right = nodes_[b];
  const bool is_same = left.top == right.top;
  const Family others = is_same ? right.without : b;
  const Family without = minus(left.without, others);
  Family with = minus(left.with, others);
  if (is_same) with = minus(with, right.with);
  return keep(kMinus, a, b, make(left.top, without, with));
}

SetFamilies::Family SetFamilies::trim(Family a, uint32_t largest) {
  if (nodes_[a].biggest <= largest) return a;
  if (nodes_[a].smallest > largest) return kNone;
  const uint32_t operation = kTrim | largest << 3;
  if (const Family* result = known(operation, a, 0)) return *result;
  if (!step()) return kNone;
  const Node node = nodes_[a];
  const Family without = trim(node.without, largest);
  const Family with = largest == 0 ? kNone : trim(node.with, largest - 1);
  return keep(operation, a, 0, make(node.top, without, with));
}

SetFamilies::Family SetFamilies::product(Family a, Family b, uint32_t largest) {
  if (a == kNone || b == kNone) return kNone;
  if (a == kEmptySet) return trim(b, largest);
  if (b == kEmptySet || a == b) return trim(a, largest);
  const uint32_t small_a = nodes_[a].smallest;
  const uint32_t small_b = nodes_[b].smallest;
  const bool are_apart = apart(a, b);
  if ((are_apart ? small_a + small_b : std::max(small_a, small_b)) > largest) {
    return kNone;
  }
  // Bounds that exclude nothing are all the same.
  largest = std::min<uint32_t>(largest, nodes_[a].biggest + nodes_[b].biggest);
  if (nodes_[a].top > nodes_[b].top || (nodes_[a].top == nodes_[b].top && a > b)) {
    std::swap(a, b);
  }
  const uint32_t operation = kProduct | largest << 3;
  if (const Family* result = known(operation, a, b)) return *result;
  if (!step()) return kNone;
  const Node left = nodes_[a];
  const Node right = nodes_[b];
  const bool is_same = left.top == right.top;
  const Family without = product(left.without, is_same ? right.without : b, largest);
  Family with = kNone;
  if (largest > 0 && is_same) {
    with = unite(product(left.with, unite(right.without, right.with), largest - 1),
                 product(left.without, right.with, largest - 1));
  } else if (largest > 0) {
    with = product(left.with, b, largest - 1);
  }
  // Apart from each other, a product is no larger than another where its factor is not.
  if (!are_apart) with = minus(with, without);
  return keep(operation, a, b, make(left.top, without, with));
}

bool SetFamilies::for_each(Family family, const Visit& visit) const {
  std::vector<uint32_t> path;
  return visit_below(family, path, visit);
}

bool SetFamilies::visit_below(Family family, std::vector<uint32_t>& path,
                              const Visit& visit) const {
  for (; family > kEmptySet; family = nodes_[family].without) {
    path.push_back(nodes_[family].top);
    const bool goes_on = visit_below(nodes_[family].with, path, visit);
    path.pop_back();
    if (!goes_on) return false;
  }
  return family == kNone || visit(path);
}

}  // namespace cutset::verifier
