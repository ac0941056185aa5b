// The relations of a program: where each was met first, how many columns it has, what
// derives and reads it.
//
// Thread rule: values; const after collect_symbols.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dedalus/language/reading.h"

namespace cutset::dedalus {

/// A place while checking: cheap, becomes a line and column only in a message.
struct Spot {
  uint32_t file = 0;
  uint32_t offset = 0;
};

struct Symbol {
  std::string name;
  size_t columns = 0;
  Spot spot;  // where it was met first
  bool has_facts = false;
  bool has_rules = false;  // that derive it
  bool is_read = false;    // by a body
  bool consistent = true;  // the same number of columns everywhere

  bool is_derived() const { return has_facts || has_rules || name == "crash"; }
};

struct Symbols {
  std::vector<Symbol> relations;  // by RelationId: in order of first appearance
  std::map<std::string, RelationId, std::less<>> ids;

  /// Requires: a relation of the program.
  RelationId id_of(std::string_view name) const;
  /// For suggestions: those that something derives.
  std::vector<std::string> derived_names() const;
};

/// "file:line:col".
std::string place_text(const Reading& reading, Spot spot);

/// Reports different numbers of columns, and whether pre or post is missing
/// (dedalus.md sections 8 and 10).
Symbols collect_symbols(const Reading& reading, Problems& problems);

}  // namespace cutset::dedalus
