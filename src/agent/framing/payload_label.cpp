#include "agent/framing/payload_label.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::agent::framing {

std::string payload_label(std::string_view payload) {
  payload = payload.substr(0, kLabelBytes);
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
  };
  const auto word = static_cast<size_t>(
      std::find_if_not(payload.begin(), payload.end(), is_word) - payload.begin());
  if (word >= 2) return std::string(payload.substr(0, word));
  if (payload.empty()) return "empty";
  std::string label = "0x";
  for (const char c : payload.substr(0, 2))
    label += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return label;
}

}  // namespace cutset::agent::framing
