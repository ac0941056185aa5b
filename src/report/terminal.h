// Text for a terminal: colours, and paragraphs that fit its width.
//
// Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cutset::report {

enum class Style : uint8_t { kPlain, kBold, kRed, kGreen, kYellow, kDim };

/// `text` in this style; as it is unless `color`.
std::string styled(bool color, Style style, std::string_view text);

/// Text of one line, broken at spaces into lines of at most `width` characters: the first
/// begins with `first`, the others with `next`; each has its end. A word that is longer
/// than a line is broken anywhere. Requires: `text` is clean (report/escape.h), without
/// colours.
std::string wrapped(std::string_view text, size_t width, std::string_view first,
                    std::string_view next);

/// Clean text in ASCII: an ellipsis becomes "...", every other foreign character "?".
std::string to_ascii(std::string_view text);

}  // namespace cutset::report
