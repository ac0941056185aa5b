#include "agent/framing/guess.h"

#include <array>

namespace cutset::agent::framing {

namespace {

enum class Match { kNo, kYes, kUnknown };

/// Whether `first` is, or may become, `wanted`.
Match match(std::string_view first, std::string_view wanted) {
  const size_t common = std::min(first.size(), wanted.size());
  if (first.substr(0, common) != wanted.substr(0, common)) return Match::kNo;
  return common == wanted.size() ? Match::kYes : Match::kUnknown;
}

Match is_http1(std::string_view first) {
  Match result = Match::kNo;
  for (const std::string_view start :
       {"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ",
        "PATCH ", "HTTP/1.0 ", "HTTP/1.1 "}) {
    const Match one = match(first, start);
    if (one == Match::kYes) return one;
    if (one == Match::kUnknown) result = one;
  }
  return result;
}

/// The client's preface, or the SETTINGS by which a server begins.
Match is_http2(std::string_view first) {
  const Match preface = match(first, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  if (preface != Match::kNo) return preface;
  if (first.size() < 9) return first.starts_with('\0') ? Match::kUnknown : Match::kNo;
  const auto length = static_cast<unsigned char>(first[2]);
  const bool settings = first.starts_with(std::string_view("\0\0", 2)) &&
                        length % 6 == 0 &&
                        first.substr(3, 6) == std::string_view("\x04\0\0\0\0\0", 6);
  return settings ? Match::kYes : Match::kNo;
}

Match is_resp(std::string_view first) {
  if (first.empty()) return Match::kUnknown;
  if (std::string_view("+-:$*").find(first[0]) == std::string_view::npos)
    return Match::kNo;
  const std::string_view line = first.substr(1, first.find('\r'));
  const bool counts = first[0] == '*' || first[0] == '$' || first[0] == ':';
  for (const char c : line) {
    if (c == '\r') break;
    if (counts ? (c < '0' || c > '9') && c != '-' : c < ' ' || c > '~') return Match::kNo;
  }
  const size_t end = first.find('\r');
  if (end == std::string_view::npos || end + 1 == first.size())
    return first.size() >= kGuessBytes ? Match::kNo : Match::kUnknown;
  return end > 1 && first[end + 1] == '\n' ? Match::kYes : Match::kNo;
}

/// A record of a handshake of TLS 1.0 or newer.
Match is_tls(std::string_view first) {
  if (first.size() < 3)
    return match(first, std::string_view("\x16\x03", 2)) == Match::kNo ? Match::kNo
                                                                       : Match::kUnknown;
  return first[0] == '\x16' && first[1] == '\x03' && first[2] <= '\x04' && first[2] >= 0
             ? Match::kYes
             : Match::kNo;
}

std::optional<Framing> length_prefix(std::string_view first, uint64_t piece) {
  if (first.size() < 8 || piece < 8) return std::nullopt;
  uint64_t big = 0;
  uint64_t little = 0;
  for (size_t i = 0; i < 4; ++i) {
    big = big << 8 | static_cast<unsigned char>(first[i]);
    little = little << 8 | static_cast<unsigned char>(first[3 - i]);
  }
  for (const bool includes_itself : {false, true}) {
    const uint64_t expected = includes_itself ? piece : piece - 4;
    for (const bool big_endian : {true, false}) {
      if ((big_endian ? big : little) != expected) continue;
      Framing framing{Kind::kLengthPrefix, {}};
      framing.prefix.big_endian = big_endian;
      framing.prefix.includes_itself = includes_itself;
      return framing;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Guess> guess_framing(std::string_view first, uint64_t piece) {
  const std::array<std::pair<Match, Guess>, 4> known = {{
      {is_tls(first), {{}, true}},
      {is_http2(first), {{Kind::kHttp2, {}}, false}},
      {is_http1(first), {{Kind::kHttp1, {}}, false}},
      {is_resp(first), {{Kind::kResp, {}}, false}},
  }};
  bool unknown = false;
  for (const auto& [matches, guess] : known) {
    if (matches == Match::kYes) return guess;
    if (matches == Match::kUnknown) unknown = true;
  }
  if (unknown && first.size() < kGuessBytes) return std::nullopt;
  if (const auto framing = length_prefix(first, piece)) return Guess{*framing, false};
  return Guess{};
}

}  // namespace cutset::agent::framing
