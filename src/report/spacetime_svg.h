// A space-time diagram as an SVG element: services as rows, events from left to right, a
// call as an arrow from its caller's row to its callee's and one back, with the cut drawn
// in. Colours come from the classes of spacetime_css(), which the page has to contain.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/spacetime_layout.h"

namespace cutset::report {

struct SvgOptions {
  std::string title;      // for those who cannot see it
  bool mark_cut = false;  // show in_cut: for the good run, where no fault fired
};

/// No two labels overlap: each event has a column that is as wide as its own text.
std::string spacetime_svg(const Diagram& diagram, const SvgOptions& options);

struct SpacetimePair {
  std::string bad;
  std::string good;
};

/// Two pictures that stand above each other: what happened in both stands in the same
/// columns, what happened in one leaves a gap in the other. (Of events that came in
/// another order some have columns of their own.)
SpacetimePair spacetime_pair(const Diagram& bad, const SvgOptions& bad_options,
                             const Diagram& good, const SvgOptions& good_options);

/// Rules for the classes used; colours by custom properties, for light and dark.
std::string_view spacetime_css();

}  // namespace cutset::report
