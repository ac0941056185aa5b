// Times as xsd:dateTime writes them: "2026-11-25T02:30:57.245+01:00".
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace cutset::lineage {

/// Nanoseconds since 1970, UTC; a time without a zone is UTC. 0: no such time, or one
/// that is before 1970 or after 2261.
int64_t parse_iso_time(std::string_view text);

}  // namespace cutset::lineage
