#include "solver/instance_stream.h"

#include <algorithm>

namespace cutset::solver {

InstanceStream::InstanceStream(ConeClass& cone_class, std::span<const FaultId> faults,
                               const FaultTable& table, uint32_t size, size_t ahead)
    : class_(cone_class), size_(size), ahead_(std::max<size_t>(1, ahead)) {
  for (const std::vector<FaultId>& members : cone_class.members()) {
    groups_.emplace_back();
    Group& group = groups_.back();
    for (const FaultId slot : members) group.faults.push_back(faults[slot]);
    std::sort(group.faults.begin(), group.faults.end(), [&table](FaultId a, FaultId b) {
      return table[a].weight != table[b].weight ? table[a].weight < table[b].weight
                                                : a < b;
    });
    for (const FaultId fault : group.faults) group.weights.push_back(table[fault].weight);
  }
}

int64_t InstanceStream::least_weight(const ConeClass& cone_class,
                                     std::span<const FaultId> faults,
                                     const FaultTable& table, uint32_t size) {
  std::vector<int64_t> lightest;
  for (const std::vector<FaultId>& members : cone_class.members()) {
    int64_t least = INT64_MAX;
    for (const FaultId slot : members)
      least = std::min<int64_t>(least, table[faults[slot]].weight);
    lightest.push_back(least);
  }
  const size_t count = std::min<size_t>(size, lightest.size());
  std::partial_sort(lightest.begin(), lightest.begin() + static_cast<ptrdiff_t>(count),
                    lightest.end());
  int64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += lightest[i];
  return sum;
}

Progress InstanceStream::fill() {
  while (waiting_.empty()) {
    const size_t before = next_set_;
    while (!class_.finished(size_) && class_.sets(size_).size() < before + ahead_) {
      if (class_.advance(size_) == Progress::kStopped) return Progress::kStopped;
    }
    const size_t known = std::min(class_.sets(size_).size(), before + ahead_);
    while (next_set_ < known) push(next_set_++);
    if (next_set_ == before) return Progress::kNoneLeft;
  }
  return Progress::kFound;
}

void InstanceStream::push(uint32_t set) {
  Choice choice;
  choice.set = set;
  for (const FaultId group : class_.sets(size_)[set])
    choice.weight += groups_[group].weights[0];
  waiting_.push(std::move(choice));
}

/// Each choice of members is reached once: the groups are moved on from left to right.
void InstanceStream::push_followers(const Choice& choice) {
  const LocalSet& set = class_.sets(size_)[choice.set];
  for (uint32_t i = choice.movable; i < set.size(); ++i) {
    const Group& group = groups_[set[i]];
    const uint32_t member = choice.member.empty() ? 0 : choice.member[i];
    if (member + 1 >= group.faults.size()) continue;
    Choice next = choice;
    if (next.member.empty()) next.member.assign(set.size(), 0);
    next.member[i] = member + 1;
    next.movable = i;
    next.weight += group.weights[member + 1] - group.weights[member];
    waiting_.push(std::move(next));
  }
}

FoundSet InstanceStream::take() {
  const Choice choice = waiting_.top();
  waiting_.pop();
  push_followers(choice);
  FoundSet found;
  found.weight = choice.weight;
  const LocalSet& set = class_.sets(size_)[choice.set];
  for (size_t i = 0; i < set.size(); ++i) {
    const uint32_t member = choice.member.empty() ? 0 : choice.member[i];
    found.faults.push_back(groups_[set[i]].faults[member]);
  }
  std::sort(found.faults.begin(), found.faults.end());
  return found;
}

}  // namespace cutset::solver
