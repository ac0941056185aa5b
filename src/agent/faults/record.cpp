#include "agent/faults/record.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr std::string_view kEmptyWord = "%";
constexpr std::string_view kDigits = "0123456789abcdef";

bool is_kind(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '-';
  });
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '%' && c != '\x7f';
}

std::string encode_word(const std::string& word) {
  if (word.empty()) return std::string(kEmptyWord);
  std::string text;
  for (const char c : word) {
    if (is_plain(c)) {
      text += c;
    } else {
      text += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::optional<std::string> decode_word(std::string_view text) {
  if (text == kEmptyWord) return std::string();
  std::string word;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!is_plain(text[i])) return std::nullopt;
      word += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const size_t high = kDigits.find(text[i + 1]);
    const size_t low = kDigits.find(text[i + 2]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    const char value = static_cast<char>(high * 16 + low);
    if (value == '\0') return std::nullopt;
    word += value;
    i += 2;
  }
  if (word.empty()) return std::nullopt;
  return word;
}

}  // namespace

Result<std::string> encode_record(const UndoRecord& record) {
  CHECK(is_kind(record.kind));
  std::string line = record.kind;
  for (const std::string& word : record.words) {
    if (word.find('\0') != std::string::npos)
      return Error::bad_input("a word of an undo record holds a NUL");
    line += " " + encode_word(word);
  }
  if (line.size() > kRecordLimit) {
    return Error::bad_input(fmt::format(
        "what has to be written down to undo this takes {} bytes, more than {}",
        line.size(), kRecordLimit));
  }
  return line;
}

std::optional<UndoRecord> parse_record(std::string_view line) {
  if (line.size() > kRecordLimit) return std::nullopt;
  std::vector<std::string> texts = split(line, " ");
  UndoRecord record;
  record.kind = texts.front();
  if (!is_kind(record.kind)) return std::nullopt;
  for (size_t i = 1; i < texts.size(); ++i) {
    std::optional<std::string> word = decode_word(texts[i]);
    if (!word) return std::nullopt;
    record.words.push_back(std::move(*word));
  }
  return record;
}

}  // namespace cutset::agent
