#include "agent/capture/token_search.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cutset::agent::capture {

namespace {

const std::vector<std::string> kPrefixes = {"cst-", "csx", "cst-q-"};

std::vector<FoundToken> find(const std::string& bytes, size_t piece) {
  TokenSearch search(kPrefixes);
  std::vector<FoundToken> found;
  for (size_t at = 0; at < bytes.size(); at += piece)
    search.feed(bytes.substr(at, piece), found);
  search.end(found);
  EXPECT_FALSE(search.pending());
  return found;
}

std::string texts(const std::vector<FoundToken>& found) {
  std::string line;
  for (const FoundToken& token : found)
    line += fmt::format("{}@{}-{} ", token.text, token.begin, token.end);
  return line;
}

TEST(TokenSearch, FindsTokensInEveryCut) {
  const std::string long_run(100, 'x');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"set k cst-12ab\r\n", "cst-12ab@6-14 "},
      {"cst-1", "cst-1@0-5 "},
      {"cst-", ""},
      {"cst-,cst-2", "cst-2@5-10 "},
      {"ccscst-cst-3;", "cst-cst@3-10 "},
      {"cst-1 cst-2,csx9cst-q-7!", "cst-1@0-5 cst-2@6-11 csx9cst@12-19 "},
      {"cst-q-7 cst-q", "cst-q-7@0-7 cst-q@8-13 "},
      {"cst-" + long_run, "cst-" + long_run.substr(0, 60) + "@0-64 "},
      {"no token", ""},
  };
  for (const auto& [bytes, expected] : cases)
    for (size_t piece = 1; piece <= bytes.size(); ++piece)
      EXPECT_EQ(texts(find(bytes, piece)), expected)
          << bytes << " in pieces of " << piece;
}

TEST(TokenSearch, ForgetsWhatIsInterrupted) {
  TokenSearch search(kPrefixes);
  std::vector<FoundToken> found;
  search.feed("cst-12", found);
  search.skip(3);
  search.feed("34 cst-5 ", found);
  EXPECT_EQ(texts(found), "cst-5@12-17 ");
}

/// Against std::string searched as a whole.
TEST(TokenSearch, AgreesWithASearchOfTheWhole) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    std::string bytes;
    static constexpr std::string_view kAlphabet = "cst-q7x ,";
    for (int i = 0; i < 300; ++i) bytes += kAlphabet[random() % kAlphabet.size()];
    EXPECT_EQ(texts(find(bytes, 1 + random() % 9)), texts(find(bytes, bytes.size())))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace cutset::agent::capture
