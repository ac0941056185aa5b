// The line of an event or a header in cutset-history/1, with its line feed.
//
// What is written is read back as the same event, except for bytes that are not UTF-8.
// Thread rule: pure functions.
#pragma once

#include <string>

#include "history/event.h"

namespace cutset::history {

std::string line_of(const Event& event);
std::string line_of(const Header& header);

}  // namespace cutset::history
