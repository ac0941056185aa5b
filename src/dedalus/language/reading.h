// From the files named on the command line to syntax trees: includes (dedalus.md
// section 3), bounds, and each file once.
//
// Thread rule: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dedalus/language/source.h"
#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

inline constexpr size_t kMaxFiles = 1000;
inline constexpr size_t kMaxIncludeDepth = 64;
inline constexpr size_t kMaxProgramBytes = size_t{256} << 20;

/// A clause and the file it stands in. No includes: their clauses stand in their place.
struct PlacedClause {
  uint32_t file = 0;
  const syntax::Clause* clause = nullptr;
};

/// All files of a program. The trees and clauses point into the sources.
struct Reading {
  std::vector<std::unique_ptr<Source>> sources;      // each with its includes behind it
  std::vector<bool> included;                        // of each source: nobody named it
  std::vector<std::unique_ptr<syntax::Tree>> trees;  // of each source
  std::vector<PlacedClause> clauses;                 // in order, includes in place
};

using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// An include is found relative to the folder of paths[0], at every depth. A file that
/// is met again gives its clauses only once; a cycle of includes is an error.
/// Requires: a path.
Reading read_program(const std::vector<std::string>& paths, const FileReader& read,
                     Problems& problems);

}  // namespace cutset::dedalus
