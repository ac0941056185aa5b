// Played schedules as one HTML page that needs nothing else: instances and resources over
// time, the moments as lines, lasting faults as bands, the log. Two runs stand side by
// side on the same scales.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/play_view.h"

namespace cutset::report {

constexpr size_t kMostPlaysOfPage = 4;

/// Requires: 1 to kMostPlaysOfPage views.
std::string play_html(const std::vector<PlayView>& views);

/// Private to play_html*.cpp.
std::string_view play_css();
std::string_view play_script();
std::string_view play_tables_script();

}  // namespace cutset::report
