// The sets that a certificate lists: those that cut, and those that a run has shown to
// violate. Found by their content, and by the cone that they stand in.
//
// Thread rule: one owner; index() between the last add() and the first question.
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
  /// The first that was added of those that are equal to it.
  std::optional<size_t> find(std::span<const uint32_t> set) const;
  /// A set that is listed twice: the later one.
  std::optional<size_t> repeated() const { return repeated_; }
  /// One that is smaller and within `set`.
  std::optional<size_t> part_of(std::span<const uint32_t> set) const;
  /// The first set that contains another one, and that one.
  std::optional<std::pair<size_t, size_t>> nested() const;
  /// Those within `faults`, which are the ones that have a slot (kNoSlot: none).
  static constexpr uint32_t kNoSlot = 0xffff'ffff;
  std::vector<uint32_t> inside(std::span<const uint32_t> faults,
                               const std::vector<uint32_t>& slot_of) const;

  /// A part has shown that the set cuts and is minimal: nothing is left to be evaluated.
  void set_shown(size_t at) { is_shown_[at] = 1; }
  bool is_shown(size_t at) const { return at < is_shown_.size() && is_shown_[at] != 0; }

 private:
  std::span<const uint32_t> with_rarest(uint32_t fault) const {
    return {by_rarest_.data() + first_by_rarest_[fault],
            by_rarest_.data() + first_by_rarest_[fault + 1]};
  }
  std::vector<uint32_t> faults_;
  std::vector<size_t> first_{0};
  std::vector<int> lines_;
  bool has_empty_ = false;
  std::vector<uint8_t> is_shown_;
  std::vector<uint32_t> table_;  // open addressing: 1 + set
  std::optional<size_t> repeated_;
  std::vector<uint32_t> first_by_rarest_;  // by fault; one more at the end
  std::vector<uint32_t> by_rarest_;        // sets, by their rarest fault
};

}  // namespace cutset::verifier
