// An OTLP AnyValue in JSON as the text that stands for it in an attribute; the same text
// as otlp_value.h gives for the binary form.
//
// Thread rule: pure functions.
#pragma once

#include <string_view>

#include "lineage/formats/json_cursor.h"

namespace cutset::lineage {

/// Takes the next value. Strings as they are, numbers and booleans as JSON writes them,
/// lists and maps as compact JSON, bytes as base64. Lives as long as the texts of the
/// document.
std::string_view read_otlp_json_value(JsonCursor& json);

}  // namespace cutset::lineage
