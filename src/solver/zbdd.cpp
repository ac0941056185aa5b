#include "solver/zbdd.h"

#include <algorithm>

#include "base/check.h"

namespace cutset::solver {

namespace {

constexpr size_t kFirstTable = 512;
constexpr size_t kMostCache = size_t{1} << 22;
constexpr uint16_t kInfinite = 0xffff;  // size of the smallest set of no sets

uint64_t mixed(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t state = a * 0x9e3779b97f4a7c15ULL + b;
  state = (state ^ (state >> 29)) * 0xbf58476d1ce4e5b9ULL + c;
  state = (state ^ (state >> 32)) * 0x94d049bb133111ebULL;
  return state ^ (state >> 31);
}

}  // namespace

Zbdd::Zbdd(size_t most_nodes)
    : most_nodes_(most_nodes), table_(kFirstTable, kEmpty), cache_(kFirstTable) {
  nodes_.push_back({kLeaf, kEmpty, kEmpty, kInfinite, 0});
  nodes_.push_back({kLeaf, kEmpty, kEmpty, 0, 0});
}

Zbdd::Node Zbdd::single(Variable variable) {
  return make(variable, kEmpty, kUnit);
}

Zbdd::Node Zbdd::make(Variable variable, Node low, Node high) {
  if (high == kEmpty) return low;
  const size_t mask = table_.size() - 1;
  size_t slot = mixed(variable, low, high) & mask;
  while (table_[slot] != kEmpty) {
    const Entry& entry = nodes_[table_[slot]];
    if (entry.variable == variable && entry.low == low && entry.high == high) {
      return table_[slot];
    }
    slot = (slot + 1) & mask;
  }
  if (nodes_.size() >= most_nodes_) {
    overflowed_ = true;
    return kEmpty;
  }
  const Entry& below = nodes_[low];
  const Entry& above = nodes_[high];
  const auto smallest =
      std::min<uint16_t>(below.smallest, static_cast<uint16_t>(above.smallest + 1));
  const auto largest =
      std::max<uint16_t>(below.largest, static_cast<uint16_t>(above.largest + 1));
  const auto node = static_cast<Node>(nodes_.size());
  nodes_.push_back({variable, low, high, smallest, largest});
  table_[slot] = node;
  if (nodes_.size() * 2 > table_.size()) grow();
  return node;
}

void Zbdd::grow() {
  table_.assign(table_.size() * 2, kEmpty);
  const size_t mask = table_.size() - 1;
  for (Node node = 2; node < nodes_.size(); ++node) {
    const Entry& entry = nodes_[node];
    size_t slot = mixed(entry.variable, entry.low, entry.high) & mask;
    while (table_[slot] != kEmpty) slot = (slot + 1) & mask;
    table_[slot] = node;
  }
  if (cache_.size() >= kMostCache) return;
  std::vector<Cached> old(cache_.size() * 2);
  old.swap(cache_);
  for (const Cached& entry : old) {
    if (entry.operation == Operation::kNone) continue;
    *cached(entry.operation, entry.a, entry.b, entry.limit) = entry;
  }
}

Zbdd::Cached* Zbdd::cached(Operation operation, Node a, Node b, uint32_t limit) {
  const uint64_t hash = mixed(a, b, (uint64_t{limit} << 8) | uint64_t(operation));
  return &cache_[hash & (cache_.size() - 1)];
}

Zbdd::Node Zbdd::store(Operation operation, Node a, Node b, uint32_t limit, Node result) {
  // After an overflow results are wrong: none may be found later.
  if (overflowed_) return kEmpty;
  *cached(operation, a, b, limit) = {operation, static_cast<uint16_t>(limit), a, b,
                                     result};
  return result;
}

Zbdd::Node Zbdd::not_above(Node a, Node b) {
  if (a == kEmpty || b == kEmpty || overflowed_) return a;
  if (b == kUnit || a == b) return kEmpty;
  if (a == kUnit || nodes_[b].smallest > nodes_[a].largest) return a;
  const Cached& known = *cached(Operation::kNotAbove, a, b, 0);
  if (matches(known, Operation::kNotAbove, a, b, 0)) return known.result;
  count_step();
  const Entry left = nodes_[a];
  const Entry right = nodes_[b];
  Node result = kEmpty;
  if (left.variable < right.variable) {
    const Node high = not_above(left.high, b);
    result = make(left.variable, not_above(left.low, b), high);
  } else if (left.variable > right.variable) {
    result = not_above(a, right.low);
  } else {
    const Node high = not_above(not_above(left.high, right.low), right.high);
    result = make(left.variable, not_above(left.low, right.low), high);
  }
  return store(Operation::kNotAbove, a, b, 0, result);
}

Zbdd::Node Zbdd::either(Node a, Node b) {
  if (a == kUnit || b == kUnit) return kUnit;
  if (a == kEmpty || a == b) return b;
  if (b == kEmpty || overflowed_) return a;
  if (a > b) std::swap(a, b);
  const Cached& known = *cached(Operation::kEither, a, b, 0);
  if (matches(known, Operation::kEither, a, b, 0)) return known.result;
  count_step();
  Entry left = nodes_[a];
  Entry right = nodes_[b];
  Node result = kEmpty;
  if (left.variable == right.variable) {
    const Node low = either(left.low, right.low);
    result = make(left.variable, low, not_above(either(left.high, right.high), low));
  } else {
    const Node other = left.variable < right.variable ? b : a;
    if (right.variable < left.variable) std::swap(left, right);
    const Node low = either(left.low, other);
    result = make(left.variable, low, not_above(left.high, other));
  }
  return store(Operation::kEither, a, b, 0, result);
}

Zbdd::Node Zbdd::at_most(Node a, uint32_t limit) {
  if (nodes_[a].largest <= limit || overflowed_) return a;
  truncated_ = true;
  if (nodes_[a].smallest > limit) return kEmpty;
  const Cached& known = *cached(Operation::kAtMost, a, 0, limit);
  if (matches(known, Operation::kAtMost, a, 0, limit)) return known.result;
  count_step();
  const Entry entry = nodes_[a];
  const Node high = limit == 0 ? kEmpty : at_most(entry.high, limit - 1);
  const Node result = make(entry.variable, at_most(entry.low, limit), high);
  return store(Operation::kAtMost, a, 0, limit, result);
}

Zbdd::Node Zbdd::both(Node a, Node b, uint32_t limit) {
  if (a == kEmpty || b == kEmpty || overflowed_) return kEmpty;
  if (a == kUnit) return at_most(b, limit);
  if (b == kUnit || a == b) return at_most(a, limit);
  if (std::max(nodes_[a].smallest, nodes_[b].smallest) > limit) {
    truncated_ = true;
    return kEmpty;
  }
  // Calls whose limit does not bite share their results.
  limit = std::min<uint32_t>(limit, nodes_[a].largest + nodes_[b].largest);
  if (a > b) std::swap(a, b);
  const Cached& known = *cached(Operation::kBoth, a, b, limit);
  if (matches(known, Operation::kBoth, a, b, limit)) return known.result;
  count_step();
  Entry left = nodes_[a];
  Entry right = nodes_[b];
  Node result = kEmpty;
  if (left.variable == right.variable) {
    result = both_of_same(a, b, limit);
  } else {
    const Node other = left.variable < right.variable ? b : a;
    if (right.variable < left.variable) std::swap(left, right);
    const Node low = both(left.low, other, limit);
    Node high = kEmpty;
    if (limit == 0) {
      truncated_ = true;
    } else {
      high = not_above(both(left.high, other, limit - 1), low);
    }
    result = make(left.variable, low, high);
  }
  return store(Operation::kBoth, a, b, limit, result);
}

Zbdd::Node Zbdd::both_of_same(Node a, Node b, uint32_t limit) {
  const Entry left = nodes_[a];
  const Entry right = nodes_[b];
  const Node low = both(left.low, right.low, limit);
  if (limit == 0) {
    truncated_ = true;
    return low;
  }
  const Node first = both(left.high, either(right.high, right.low), limit - 1);
  const Node second = both(left.low, right.high, limit - 1);
  return make(left.variable, low, not_above(either(first, second), low));
}

}  // namespace cutset::solver
