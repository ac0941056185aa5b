// A YAML file as a plain tree with the place of every node, bounded in every direction.
//
// Why not YAML::Node: it keeps duplicate keys silently and gives aliases by reference;
// here a duplicate key is an error and an alias is a copy that counts against the bound
// on nodes.
//
// Invariants:
// 1. At most kMostNodes nodes, kDeepest levels and kLargestFile bytes.
// 2. Keys of one map are different.
//
// Thread rule: values, pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cutset::injector {

constexpr size_t kLargestFile = size_t{1} << 20;
constexpr int kMostNodes = 100'000;
constexpr int kDeepest = 32;

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string text;  // kScalar
  bool quoted =
      false;  // kScalar: written in quotes or as a block, so it is text whatever it says
  int line = 0;  // 1-based
  int column = 0;
  std::vector<YamlNode> items;     // kList
  std::vector<YamlEntry> entries;  // kMap, in the order of the file

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  /// The value of a key of a map, or nullptr.
  const YamlNode* find(std::string_view key) const;
  /// "a list", "text \"x\"", "nothing", ...: for "found ..." in errors.
  std::string described() const;
};

struct YamlEntry {
  std::string key;
  int line = 0;
  int column = 0;
  YamlNode value;
};

/// Error: bad_input with `file`, line and column.
/// With `repeated_keys` (FDSL 1 files, which FaultSee reads so): a repeated key replaces
/// the earlier one and is noted there, and `<<` takes over the keys of another map.
Result<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                            std::vector<Error>* repeated_keys = nullptr);

}  // namespace cutset::injector
