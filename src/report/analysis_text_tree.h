// The calls of a class as a tree of lines, with the marks of each call beside it.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/analysis.h"
#include "report/analysis_words.h"
#include "report/text_options.h"

namespace cutset::report {

/// Left of everything that belongs to a class.
inline constexpr std::string_view kTextIndent = "   ";

/// Lines, each with its end. A few dozen of them, unless TextOptions::all.
std::string text_tree(const AnalysedClass& analysed, const ClassWords& words,
                      const TextOptions& options);

/// Foreign text as it may stand on the terminal.
std::string terminal_text(std::string_view text, const TextOptions& options);

}  // namespace cutset::report
