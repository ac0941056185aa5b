// Packed and plain input give the same bytes; hostile packing is refused; lines and
// wholes are bounded.
#include "lineage/formats/trace_input.h"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

namespace cutset::lineage {
namespace {

std::string gzip(const std::string& bytes, int level = 1) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::unique_ptr<TraceInput> input_of(std::string bytes, TraceInput::Limits limits = {}) {
  auto input = TraceInput::from_bytes("test", std::move(bytes), limits);
  EXPECT_TRUE(input.ok());
  return std::move(*input);
}

std::vector<std::string> lines_of(TraceInput& input) {
  std::vector<std::string> lines;
  for (;;) {
    bool end = false;
    const auto line = input.take_line(end);
    EXPECT_TRUE(line.ok());
    if (!line.ok() || end) return lines;
    lines.emplace_back(*line);
  }
}

TEST(TraceInput, GivesLinesWhateverThePackingAndTheEnds) {
  const std::vector<std::string> expected{"one", "", "three"};
  for (const std::string text :
       {"one\n\nthree", "one\n\nthree\n", "one\r\n\r\nthree\r\n"}) {
    EXPECT_EQ(lines_of(*input_of(text)), expected);
    EXPECT_EQ(lines_of(*input_of(gzip(text))), expected);
    // Two members, one after the other, are one file.
    EXPECT_EQ(lines_of(*input_of(gzip(text.substr(0, 2)) + gzip(text.substr(2)))),
              expected);
  }
}

TEST(TraceInput, PeekTakesNothing) {
  const auto input = input_of("one\ntwo");
  ASSERT_EQ(*input->peek(3), "one");
  ASSERT_EQ(*input->peek(100), "one\ntwo");
  EXPECT_EQ(*input->take_whole(), "one\ntwo");
  EXPECT_EQ(*input->take_whole(), "");
}

TEST(TraceInput, CountsLinesForErrors) {
  const auto input = input_of("a\nb\nc");
  bool end = false;
  for (int line = 1; line <= 3; ++line) {
    ASSERT_TRUE(input->take_line(end).ok());
    EXPECT_EQ(input->line(), line);
  }
}

TEST(TraceInput, PackedBytesComeBackWhole) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::string bytes(random() % 600'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>('a' + random() % 4);
    const auto input = input_of(gzip(bytes));
    EXPECT_EQ(input->packing(), "gzip");
    const auto whole = input->take_whole();
    ASSERT_TRUE(whole.ok());
    EXPECT_TRUE(*whole == bytes);
    EXPECT_EQ(input->unpacked_bytes(), bytes.size());
  }
}

TEST(TraceInput, ACutOffPackedFileIsRefusedAtEveryByte) {
  const std::string packed = gzip("{\"data\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}");
  for (size_t length = 2; length < packed.size(); ++length) {
    const auto input = input_of(packed.substr(0, length));
    const auto whole = input->take_whole();
    if (length < 4) continue;  // too short to be known as gzip
    ASSERT_FALSE(whole.ok()) << length;
    EXPECT_NE(whole.error().text().find("cut off"), std::string::npos);
  }
}

TEST(TraceInput, ABombIsRefused) {
  TraceInput::Limits limits;
  limits.ratio_after = 1 << 20;
  const auto input = input_of(gzip(std::string(32 << 20, ' '), 9), limits);
  const auto whole = input->take_whole();
  ASSERT_FALSE(whole.ok());
  EXPECT_NE(whole.error().text().find("bomb"), std::string::npos);
  EXPECT_LT(input->unpacked_bytes(), 20U << 20U);
}

TEST(TraceInput, WholesAndLinesAreBounded) {
  TraceInput::Limits limits;
  limits.most_whole = 1000;
  EXPECT_TRUE(input_of(std::string(1000, 'x'), limits)->take_whole().ok());
  EXPECT_FALSE(input_of(std::string(1001, 'x'), limits)->take_whole().ok());
  limits.most_bytes = 500;
  EXPECT_FALSE(input_of(std::string(501, 'x'), limits)->take_whole().ok());
  bool end = false;
  limits = TraceInput::Limits();
  limits.most_whole = 1 << 20;
  EXPECT_FALSE(input_of(std::string(4 << 20, 'x'), limits)->take_line(end).ok());
}

TEST(TraceInput, AMissingFileIsNamed) {
  const auto input = TraceInput::open("/does/not/exist.json");
  ASSERT_FALSE(input.ok());
  EXPECT_NE(input.error().text().find("/does/not/exist.json"), std::string::npos);
}

}  // namespace
}  // namespace cutset::lineage
