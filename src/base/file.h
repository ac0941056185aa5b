// Whole files, bounded; writes that are either complete or absent (new_file.h).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset {

/// Error: not there, not readable, or larger than `limit` bytes.
Result<std::string> read_file(const std::string& path, size_t limit = size_t{64} << 20);
/// A reader sees the old file or the new one.
Status write_file(const std::string& path, std::string_view content);

}  // namespace cutset
