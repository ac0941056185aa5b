// Base64 (RFC 4648) as JSON gateways carry bytes. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cutset::driver {

std::string to_base64(std::string_view bytes);
/// Nothing if it is none; missing padding is fine.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace cutset::driver
