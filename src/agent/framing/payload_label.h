// The label of a message of which only its bytes are known: the word it begins with
// ("append"), else its first two bytes in hexadecimal digits ("0x7b22").
#pragma once

#include <string>
#include <string_view>

namespace cutset::agent::framing {

/// As much of a payload as a label can need.
constexpr size_t kLabelBytes = 16;

std::string payload_label(std::string_view payload);

}  // namespace cutset::agent::framing
