// Small text helpers that several folders need. No policy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cutset {

std::vector<std::string> split(std::string_view text, std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);

/// Foreign text as a part of a message: control characters as \xNN.
std::string one_line(std::string_view text);

/// The candidate nearest to `word` by edit distance, or "" when none is near (distance
/// above a third of the word's length, at least 2).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// `, did you mean "x"?` or "".
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace cutset
