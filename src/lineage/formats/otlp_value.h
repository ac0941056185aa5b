// An OTLP AnyValue as the text that stands for it in an attribute: strings as they are,
// numbers and booleans as JSON writes them, lists and maps as compact JSON, bytes as
// base64 (which is what OTLP/JSON has there).
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "lineage/formats/protobuf_wire.h"

namespace cutset::lineage {

/// `text` is the value if it is a string, which is not copied; else the value's text is
/// appended to `made`, and `text` is left alone. Returns whether it was a string; false
/// too for bytes that are no AnyValue (then the reader's problem is set).
bool read_otlp_value(WireReader value, std::string_view& text, std::string& made);

/// The shortest text that reads back as `number`; "NaN", "Infinity", "-Infinity".
void append_double(double number, std::string& text);

/// RFC 3629. Fast for ASCII.
bool is_utf8(std::string_view text);

}  // namespace cutset::lineage
