// What the faults of a graph are: kind, weight, and the names that describe them. The
// solver works with their numbers; kinds matter for budgets, weights for the order.
//
// Names that are plain numbers are stored as such, others once each.
// Thread rule: one owner while it is filled; const functions then from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "solver/dag.h"

namespace cutset::solver {

class FaultTable {
 public:
  using Name = uint32_t;  // a number below 2^31, or kWordBit + index of a word
  using Kind = uint8_t;   // index into kinds()

  struct Description {
    Kind kind = 0;
    int32_t weight = 0;  // smaller: likelier
    Name a = 0;
    Name b = 0;
    int32_t t = 0;
  };

  static constexpr size_t kMostKinds = 255;
  static constexpr std::string_view kNever = "never";  // of this kind: never active

  /// Requires: fewer than kMostKinds kinds, unless it is known.
  Kind kind(std::string_view name);
  bool has_room_for_kind(std::string_view name) const;
  Name name(std::string_view text);
  void reserve(size_t faults) { faults_.reserve(faults); }
  FaultId add(const Description& fault);

  uint32_t size() const { return static_cast<uint32_t>(faults_.size()); }
  const Description& operator[](FaultId fault) const { return faults_[fault]; }
  const std::vector<std::string>& kinds() const { return kinds_; }
  std::string text(Name name) const;
  /// "omit(a->b at 3)", "crash(a at 3)", "call(a,b,2)"; other kinds "kind(a,b,t)" without
  /// what is empty.
  std::string describe(FaultId fault) const;

 private:
  static constexpr Name kWordBit = 0x8000'0000;

  std::vector<Description> faults_;
  std::vector<std::string> kinds_;
  std::vector<std::string> words_;
  std::unordered_map<std::string, Name> word_index_;  // looked up, never iterated
};

}  // namespace cutset::solver
