// The calls of a class as a picture: boxes from the entry on the left to what it calls on
// the right, in colours by what their failure would do.
//
// Thread rule: pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.h"
#include "report/analysis_words.h"

namespace cutset::report {

struct AnalysisPicture {
  std::string svg;
  size_t boxes = 0;
  /// By call: the box that shows or folds it; its element has data-box="<number>".
  std::vector<uint32_t> box_of;
  int64_t folded = 0;  // calls without a box of their own
};

/// About `most_boxes` boxes. Names are escaped and shortened.
AnalysisPicture analysis_picture(const AnalysedClass& analysed, const ClassWords& words,
                                 size_t most_boxes);

/// How the parts of a picture look.
std::string_view analysis_picture_css();

}  // namespace cutset::report
