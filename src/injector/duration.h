// Durations as they are written in files and shown to people.
// Thread rule: pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::injector {

/// "500ms", "3s", "1.5s", "2m", "1h". Error without a place.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The shortest form that parse_duration() reads back.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace cutset::injector
