#include "agent/framing/guess.h"

#include <gtest/gtest.h>

namespace cutset::agent::framing {

namespace {

std::string guessed(std::string_view first) {
  const std::optional<Guess> guess = guess_framing(first, first.size());
  if (!guess) return "more";
  if (guess->opaque) return "opaque";
  std::string name(kind_name(guess->framing.kind));
  if (guess->framing.kind == Kind::kLengthPrefix) {
    name += guess->framing.prefix.big_endian ? " big" : " little";
    if (guess->framing.prefix.includes_itself) name += " itself";
  }
  return name;
}

TEST(Guess, FirstBytes) {
  using std::string_view_literals::operator""sv;
  const std::vector<std::pair<std::string_view, std::string>> cases = {
      {"", "more"},
      {"G", "more"},
      {"GET / HTTP/1.1\r\n", "http1"},
      {"HTTP/1.1 200 OK\r\n", "http1"},
      {"P", "more"},
      {"PR", "more"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2"},
      {"\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"sv, "http2"},
      {"*1\r", "more"},
      {"*1\r\n$4\r\nPING\r\n", "resp"},
      {"+OK\r\n", "resp"},
      {"$-1\r\n", "resp"},
      {"+caf\xc3\xa9\r\n", "none"},
      {"*x\r\n", "none"},
      {"\x16\x03\x01\x02\0"sv, "opaque"},
      {"\x16\x03", "more"},
      {"\0\0\0\6append"sv, "length-prefix big"},
      {"\x0a\0\0\0append"sv, "length-prefix little itself"},
      {"\6\0\0\0append"sv, "length-prefix little"},
      {"\0\0\0\7append"sv, "none"},
      {"hello", "none"},
  };
  for (const auto& [first, expected] : cases)
    EXPECT_EQ(guessed(first), expected) << first;
}

TEST(Guess, IsMadeFromALimitedNumberOfBytes) {
  for (const char c : {'*', '+', '$', 'G', '\0', 'P', '\x16'})
    EXPECT_TRUE(guess_framing(std::string(kGuessBytes, c), kGuessBytes).has_value()) << c;
}

}  // namespace
}  // namespace cutset::agent::framing
