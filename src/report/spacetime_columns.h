// Where the columns of space-time diagrams of calls stand: each as wide as its own text,
// and of two diagrams above each other, what happened in both at the same place.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cutset::report {

struct ColumnNeed {
  std::string call;  // identity: equal for the same call in two runs
  bool is_end = false;
  double before = 0;  // width that its text needs on each side
  double after = 0;
};

struct ColumnNeeds {
  double left = 0;  // of the names of rows
  std::vector<ColumnNeed> columns;
};

struct ColumnPlaces {
  double left = 0;
  std::vector<double> x;  // by column
  double right = 0;
};

ColumnPlaces place_columns(const ColumnNeeds& needs);

/// Order is kept in both. Shared are as many events as can be (a longest common
/// subsequence). Requires: no event has two columns in one of them.
std::pair<ColumnPlaces, ColumnPlaces> align_columns(const ColumnNeeds& above,
                                                    const ColumnNeeds& below);

}  // namespace cutset::report
