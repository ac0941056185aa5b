// StateCache: which (operations done, value) the search for a linear order has been in.
//
// A state is stored as it is, not as a hash of it: a collision would make a wrong
// "violated". Entries of words lie one behind the other in one array; an open hash table
// has their places.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cutset::history {

class StateCache {
 public:
  StateCache();

  /// Whether the state is new; it is in the cache afterwards.
  bool insert(std::span<const uint64_t> state);
  size_t size() const { return size_; }
  size_t bytes() const;

 private:
  bool equals(uint64_t place, std::span<const uint64_t> state) const;
  void grow();

  std::vector<uint64_t> words_;  // length, then so many words, for each state
  std::vector<uint64_t> table_;  // place in words_ + 1; 0: free
  size_t size_ = 0;
};

}  // namespace cutset::history
