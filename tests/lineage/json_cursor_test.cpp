// The cursor against another JSON library: the same values from random documents of many
// windows; nothing that the other takes is refused, also after random damage.
#include "lineage/formats/json_cursor.h"

#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lineage/formats/trace_input.h"

namespace cutset::lineage {
namespace {

using nlohmann::json;

class RandomJson {
 public:
  explicit RandomJson(uint64_t seed) : random_(seed) {}

  size_t below(size_t limit) { return random_() % limit; }

  std::string text() {
    static const std::vector<std::string> kParts{
        "a", "},", "],[",        "\"",      "\\", "\n", "\x01",
        "é", "€",  "\U0001F600", "{\"x\":", ",",  " ",  "0123456789abcdef"};
    std::string text;
    const size_t parts = below(20) == 0 ? below(2000) : below(6);
    for (size_t i = 0; i < parts; ++i) text += kParts[below(kParts.size())];
    return text;
  }

  json value(int depth) {
    switch (below(depth == 0 ? 5 : 7)) {
      case 0:
        return text();
      case 1:
        return static_cast<int64_t>(random_());
      case 2:
        return static_cast<int64_t>(below(2000)) - 1000;
      case 3:
        return below(2) == 0;
      case 4:
        return nullptr;
      case 5: {
        json list = json::array();
        for (size_t i = below(5); i > 0; --i) list.push_back(value(depth - 1));
        return list;
      }
      default: {
        json object = json::object();
        for (size_t i = below(5); i > 0; --i) object[text()] = value(depth - 1);
        return object;
      }
    }
  }

  json records(size_t count) {
    json list = json::array();
    for (size_t i = 0; i < count; ++i) {
      list.push_back({{"text", text()},
                      {"number", static_cast<int64_t>(random_())},
                      {"skipped", value(3)},
                      {"nested", json::array({value(2)})}});
    }
    return list;
  }

 private:
  std::mt19937_64 random_;
};

std::string padded(std::string text) {
  text.reserve(text.size() + TraceInput::kPadding);
  return text;
}

/// Every record as text that both libraries can give.
std::vector<std::string> with_cursor(const std::string& document, std::string& error) {
  std::vector<std::string> records;
  JsonCursor cursor;
  cursor.start(document, "test", 1);
  for (bool more = cursor.begin_array(); more; more = cursor.more_elements()) {
    std::string text;
    std::string nested;
    int64_t number = 0;
    for (bool field = cursor.begin_object(); field; field = cursor.more_fields()) {
      const JsonKey key = cursor.key();
      if (key.is("text")) {
        text = cursor.text();
      } else if (key.is("number")) {
        number = cursor.integer();
      } else if (key.is("nested")) {
        nested = cursor.text();
      } else {
        cursor.skip();
      }
    }
    records.push_back(fmt::format("{}|{}|{}", text, number, nested.substr(0, 1000)));
  }
  if (cursor.status().ok() && !cursor.at_end()) error = "more behind it";
  if (!cursor.status().ok()) error = cursor.status().error().text();
  return records;
}

std::vector<std::string> with_other(const json& document) {
  std::vector<std::string> records;
  for (const json& record : document) {
    records.push_back(fmt::format("{}|{}|{}", record["text"].get<std::string>(),
                                  record["number"].get<int64_t>(),
                                  record["nested"].dump().substr(0, 1000)));
  }
  return records;
}

TEST(JsonCursor, GivesTheValuesOfAnotherLibrary) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomJson random(seed);
    const json document = random.records(random.below(8) == 0 ? 4000 : 50);
    const int indent = random.below(2) == 0 ? -1 : static_cast<int>(random.below(4));
    const bool ascii = random.below(2) == 0;
    const std::string written = padded(document.dump(indent, ' ', ascii));
    std::string error;
    const auto records = with_cursor(written, error);
    EXPECT_EQ(error, "");
    ASSERT_EQ(records.size(), document.size());
    // Texts inside "nested" stay as they are written: comparable if that is UTF-8.
    if (!ascii) {
      EXPECT_EQ(records, with_other(document));
    }
  }
}

TEST(JsonCursor, RefusesNothingThatIsJson) {
  int taken = 0;
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomJson random(seed);
    std::string document = random.records(1 + random.below(3)).dump();
    const size_t place = random.below(document.size());
    static const std::string kDamage = "{}[],:\"\\ 0a-\n";
    document[place] = kDamage[random.below(kDamage.size())];
    const json other = json::parse(document, nullptr, false);
    if (other.is_discarded()) continue;
    // Damage can turn a key or a value into one of another kind.
    bool same_kind = other.is_array();
    for (const json& record : other) {
      same_kind = same_kind && record.is_object() &&
                  (!record.contains("number") || record["number"].is_number());
    }
    if (!same_kind) continue;
    ++taken;
    std::string error;
    with_cursor(padded(document), error);
    EXPECT_EQ(error, "") << document;
  }
  EXPECT_GT(taken, 300);
}

TEST(JsonCursor, TakesNumbersInEveryForm) {
  const std::vector<std::pair<std::string, int64_t>> kNumbers{
      {"0", 0},
      {"-1", -1},
      {"9223372036854775807", INT64_MAX},
      {"-9223372036854775808", INT64_MIN},
      {"9223372036854775808", INT64_MAX},
      {"1e3", 1000},
      {"-2.9", -2},
      {"1e999", INT64_MAX},
      {"-1e999", INT64_MIN},
      {"\"12\"", 12},
      {"\"\"", 0},
      {"null", 0},
      {"123456789012345678901234567890", INT64_MAX},
  };
  for (const auto& number : kNumbers) {
    const std::string document = padded("[" + number.first + " ]");
    JsonCursor cursor;
    cursor.start(document, "test", 1);
    ASSERT_TRUE(cursor.begin_array());
    EXPECT_EQ(cursor.integer(), number.second) << number.first;
    EXPECT_FALSE(cursor.more_elements());
    EXPECT_TRUE(cursor.status().ok()) << number.first;
  }
  for (const std::string wrong :
       {"1x", "\"1 2\"", "true", "{}", "[1]", "--1", "+1", "1e"}) {
    const std::string document = padded("[" + wrong + "]");
    JsonCursor cursor;
    cursor.start(document, "test", 7);
    ASSERT_TRUE(cursor.begin_array());
    EXPECT_EQ(cursor.integer(), 0) << wrong;
    ASSERT_FALSE(cursor.status().ok()) << wrong;
    EXPECT_EQ(cursor.status().error().text().substr(0, 9), "test:7:2:") << wrong;
  }
}

TEST(JsonCursor, RefusesAValueOfAbsurdLength) {
  const std::string document = padded("[\"" + std::string(size_t{70} << 20, 'x') + "\"]");
  JsonCursor cursor;
  cursor.start(document, "test", 1);
  EXPECT_FALSE(cursor.begin_array() && cursor.text().size() > 1);
  ASSERT_FALSE(cursor.status().ok());
  EXPECT_NE(cursor.status().error().text().find("64 MiB"), std::string::npos);
}

}  // namespace
}  // namespace cutset::lineage
