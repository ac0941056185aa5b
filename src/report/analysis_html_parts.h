// The parts of the page of an analysis. Each returns markup with everything foreign
// escaped. Thread rule: pure functions, but for the room that they use up.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "report/analysis.h"

namespace cutset::report {

/// What the page may still grow by, so that thousands of classes make no page that no
/// browser opens.
struct PageRoom {
  size_t boxes = 0;
  size_t rows = 0;
};

/// The section of one class; "class-<number>" is its id.
std::string html_class(const AnalysedClass& analysed, size_t number, PageRoom& room);

std::string_view analysis_css();
std::string_view analysis_script();

}  // namespace cutset::report
