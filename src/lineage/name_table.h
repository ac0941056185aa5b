// Strings as small numbers: services, operations and attribute names occur millions of
// times and are few.
//
// Invariants: a name keeps its number and its bytes keep their place while the table
// lives; number 0 is "".
//
// Cost: one hash and, mostly, one comparison for a known name; no allocation.
//
// Thread rule: one owner; const functions may be called from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace cutset::lineage {

using NameId = uint32_t;

class NameTable {
 public:
  static constexpr NameId kEmpty = 0;
  static constexpr NameId kNone = UINT32_MAX;

  NameTable();

  NameId intern(std::string_view name);
  /// kNone: never interned.
  NameId find(std::string_view name) const;
  std::string_view text(NameId id) const { return names_[id].text; }
  size_t size() const { return names_.size(); }
  /// Memory in bytes, about.
  size_t bytes() const;

 private:
  struct Name {
    std::string_view text;
    uint64_t hash = 0;
  };
  std::string_view store(std::string_view text);
  void grow();
  size_t slot_of(std::string_view text, uint64_t hash) const;

  std::vector<Name> names_;
  std::vector<NameId> slots_;  // open addressing; kNone: free
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t block_bytes_ = 0;
};

}  // namespace cutset::lineage
