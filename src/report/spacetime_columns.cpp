#include "report/spacetime_columns.h"

#include <algorithm>
#include <map>

namespace cutset::report {

namespace {

constexpr double kMargin = 6;

/// Of both sequences the places of shared events, in order: a longest increasing
/// subsequence (patience sorting), for each event is there at most once.
std::vector<std::pair<size_t, size_t>> shared_events(const ColumnNeeds& above,
                                                     const ColumnNeeds& below) {
  std::map<std::pair<std::string, bool>, size_t> place_below;
  for (size_t i = 0; i < below.columns.size(); ++i)
    place_below[{below.columns[i].call, below.columns[i].is_end}] = i;
  struct Common {
    size_t above = 0;
    size_t below = 0;
    int before = -1;  // in the subsequence that ends here
  };
  std::vector<Common> common;
  std::vector<int> ends;  // of the subsequence of each length, the one that ends first
  for (size_t i = 0; i < above.columns.size(); ++i) {
    const auto found = place_below.find({above.columns[i].call, above.columns[i].is_end});
    if (found == place_below.end()) continue;
    const auto longer = std::lower_bound(
        ends.begin(), ends.end(), found->second, [&](int end, size_t place) {
          return common[static_cast<size_t>(end)].below < place;
        });
    common.push_back({i, found->second, longer == ends.begin() ? -1 : *(longer - 1)});
    const int here = static_cast<int>(common.size()) - 1;
    if (longer == ends.end())
      ends.push_back(here);
    else
      *longer = here;
  }
  std::vector<std::pair<size_t, size_t>> shared;
  for (int at = ends.empty() ? -1 : ends.back(); at >= 0;
       at = common[static_cast<size_t>(at)].before)
    shared.emplace_back(common[static_cast<size_t>(at)].above,
                        common[static_cast<size_t>(at)].below);
  std::reverse(shared.begin(), shared.end());
  return shared;
}

}  // namespace

ColumnPlaces place_columns(const ColumnNeeds& needs) {
  ColumnPlaces places;
  places.left = needs.left;
  double at = places.left;
  for (const ColumnNeed& need : needs.columns) {
    places.x.push_back(at + need.before);
    at += need.before + need.after;
  }
  places.right = at + kMargin;
  return places;
}

std::pair<ColumnPlaces, ColumnPlaces> align_columns(const ColumnNeeds& above,
                                                    const ColumnNeeds& below) {
  std::pair<ColumnPlaces, ColumnPlaces> places;
  places.first.left = places.second.left = std::max(above.left, below.left);
  double at = places.first.left;
  const auto place_alone = [&at](const ColumnNeed& need, std::vector<double>& x) {
    x.push_back(at + need.before);
    at += need.before + need.after;
  };
  size_t i = 0;
  size_t k = 0;
  const auto place_until = [&](size_t end_above, size_t end_below) {
    for (; i < end_above; ++i) place_alone(above.columns[i], places.first.x);
    for (; k < end_below; ++k) place_alone(below.columns[k], places.second.x);
  };
  for (const auto& [in_above, in_below] : shared_events(above, below)) {
    place_until(in_above, in_below);
    const ColumnNeed& one = above.columns[i++];
    const ColumnNeed& other = below.columns[k++];
    const double before = std::max(one.before, other.before);
    places.first.x.push_back(at + before);
    places.second.x.push_back(at + before);
    at += before + std::max(one.after, other.after);
  }
  place_until(above.columns.size(), below.columns.size());
  places.first.right = places.second.right = at + kMargin;
  return places;
}

}  // namespace cutset::report
