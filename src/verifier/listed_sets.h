// The sets that a certificate lists: those that cut, and those that a run has shown to
// violate. Found by their content, and by the cone that they stand in.
//
// Thread rule: one owner; index() once, between the last add() and the first question.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace cutset::verifier {

class ListedSets {
 public:
  /// `set`: ascending, distinct.
  void add(std::span<const uint32_t> set, int line);
  size_t size() const { return lines_.size(); }
  std::span<const uint32_t> operator[](size_t at) const {
    return {faults_.data() + first_[at], faults_.data() + first_[at + 1]};
  }
  int line(size_t at) const { return lines_[at]; }
  bool has_empty() const { return has_empty_; }

  /// Requires: no fault above `faults`.
  void index(uint32_t faults);
  bool has(std::span<const uint32_t> set) const;
  /// A set that is listed twice: the later one.
  std::optional<size_t> repeated() const;
  /// The first set that contains another one, and that one.
  std::optional<std::pair<size_t, size_t>> nested() const;
  /// Those within the faults that have a slot (kNoSlot: none), as slots.
  static constexpr uint32_t kNoSlot = 0xffff'ffff;
  std::vector<std::vector<uint32_t>> inside(std::span<const uint32_t> faults,
                                            const std::vector<uint32_t>& slot_of) const;

 private:
  std::vector<uint32_t> faults_;
  std::vector<size_t> first_{0};
  std::vector<int> lines_;
  bool has_empty_ = false;
  std::vector<std::pair<uint64_t, uint32_t>> by_hash_;  // sorted
  std::vector<std::vector<uint32_t>> by_rarest_;        // by the set's rarest fault
};

}  // namespace cutset::verifier
