#include "lineage/span.h"

#include <array>

#include "base/hash.h"

namespace cutset::lineage {

namespace {

constexpr size_t kWordDigits = 16;

/// -1: no hex digit.
constexpr std::array<int8_t, 256> hex_values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int digit = 0; digit < 10; ++digit)
    values[static_cast<size_t>('0' + digit)] = static_cast<int8_t>(digit);
  for (int digit = 0; digit < 6; ++digit) {
    values[static_cast<size_t>('a' + digit)] = static_cast<int8_t>(10 + digit);
    values[static_cast<size_t>('A' + digit)] = static_cast<int8_t>(10 + digit);
  }
  return values;
}

constexpr std::array<int8_t, 256> kHexValues = hex_values();

bool parse_word(std::string_view text, uint64_t& word) {
  word = 0;
  int bad = 0;
  for (const char character : text) {
    const int8_t value = kHexValues[static_cast<unsigned char>(character)];
    bad |= value;
    word = (word << 4U) | (static_cast<uint64_t>(value) & 0xFU);
  }
  return bad >= 0;
}

}  // namespace

std::string TraceId::text() const {
  return hex16(high) + hex16(low);
}

uint64_t TraceId::hash() const {
  // The finaliser of SplitMix64 (Steele et al. 2014) over both words: counters as ids,
  // which some tracers use, are spread as well as random ones.
  const auto mix = [](uint64_t word) {
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31U);
  };
  return mix(low + 0x9e3779b97f4a7c15ULL * (mix(high) | 1U));
}

std::string_view span_kind_name(SpanKind kind) {
  constexpr std::array<std::string_view, 6> kNames{"unspecified", "internal", "server",
                                                   "client",      "producer", "consumer"};
  return kNames[static_cast<size_t>(kind)];
}

bool parse_hex_id(std::string_view text, TraceId& id) {
  if (text.empty() || text.size() > 2 * kWordDigits) return false;
  const size_t high_digits = text.size() > kWordDigits ? text.size() - kWordDigits : 0;
  return parse_word(text.substr(0, high_digits), id.high) &&
         parse_word(text.substr(high_digits), id.low);
}

bool parse_hex_id(std::string_view text, SpanId& id) {
  return !text.empty() && text.size() <= kWordDigits && parse_word(text, id);
}

}  // namespace cutset::lineage
