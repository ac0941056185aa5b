// Whole inputs in memory, and the place of an offset in them for errors.
// Thread rule: values; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::verifier {

/// The bytes of a file; "-" is standard input. Error, kBadInput: it cannot be read, or it
/// has more than `most` bytes.
Result<std::string> read_input(const std::string& path, size_t most);

/// Error with the line and column of `offset`.
Error error_at(std::string_view input, const std::string& name, size_t offset,
               std::string message);

}  // namespace cutset::verifier
