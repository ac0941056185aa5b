// A played schedule for people at a terminal.
// Thread rule: pure functions.
#pragma once

#include <string>

#include "report/play_view.h"

namespace cutset::report {

std::string play_text(const PlayView& view, bool color);

}  // namespace cutset::report
