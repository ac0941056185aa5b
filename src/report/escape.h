// Text from a system under test, made safe for the place where it is shown. Names, paths
// and bodies come from processes that may be broken or hostile: nothing of theirs may end
// a tag, start an escape sequence of a terminal, or turn around the order of the
// characters beside it.
//
// Thread rule: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cutset::report {

/// Valid UTF-8 on one line: malformed bytes, control characters and those that change the
/// direction of text are replaced by U+FFFD; '\n' and '\t' too, unless `lines`.
std::string clean_text(std::string_view text, bool lines = false);

/// clean_text, with the five characters that mean something in XML and HTML (text and
/// quoted attributes) escaped.
std::string escape_markup(std::string_view text, bool lines = false);

/// clean_text between double quotes, as Graphviz reads it.
std::string quote_dot(std::string_view text);

/// clean_text, cut to `most` characters (not bytes) with an ellipsis as the last one.
std::string shorten(std::string_view text, size_t most);

/// Characters of clean UTF-8.
size_t count_characters(std::string_view text);

}  // namespace cutset::report
