#include "lineage/formats/json_tokens.h"

#include <algorithm>
#include <cstring>

#include <simdjson.h>

#include "base/check.h"

namespace cutset::lineage {

namespace {

constexpr size_t kWindow = size_t{128} << 10;
/// No single value is longer.
constexpr size_t kLongestWindow = size_t{64} << 20;
constexpr size_t kEndSearch = size_t{4} << 10;

// As long as what readers look at without asking for its length.
constexpr char kEndBytes[64] = {};
constexpr uint32_t kEndOffsets[] = {0, 0};

struct Place {
  const char* at = nullptr;
  std::string_view what;
};

/// The byte that simdjson's verdict is about: it gives none. `text` starts outside
/// strings.
Place find_problem(std::string_view text, simdjson::error_code verdict) {
  const char* quote = nullptr;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (verdict == simdjson::UTF8_ERROR) {
      const size_t step = byte < 0x80U ? 1 : byte < 0xe0U ? 2 : byte < 0xf0U ? 3 : 4;
      if (!simdjson::validate_utf8(text.data() + i, std::min(step, text.size() - i)))
        return {text.data() + i, "bytes that are no UTF-8"};
      i += step - 1;
      continue;
    }
    if (quote != nullptr && byte == '\\') {
      ++i;
    } else if (byte == '"') {
      quote = quote == nullptr ? text.data() + i : nullptr;
    } else if (quote != nullptr && byte < 0x20 && verdict == simdjson::UNESCAPED_CHARS) {
      return {text.data() + i, "a control character in a string"};
    }
  }
  if (quote != nullptr) return {quote, "a string without an end"};
  return {text.data(), "text that is no JSON"};
}

}  // namespace

const char* const JsonTokens::kEnd = kEndBytes;

struct JsonTokens::Index {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonTokens::JsonTokens() : index_(std::make_unique<Index>()) {
  // The tree part of the parser, which has a depth, is not used.
  constexpr size_t kNoDepth = 1;
  CHECK(simdjson::get_active_implementation()->create_dom_parser_implementation(
            kWindow, kNoDepth, index_->parser) == simdjson::SUCCESS);
  start({});
}

JsonTokens::~JsonTokens() = default;

void JsonTokens::start(std::string_view document) {
  document_ = document;
  done_ = 0;
  base_ = kEnd;
  next_ = last_ = kEndOffsets;
  problem_at_ = nullptr;
  problem_ = {};
}

/// Where a window of about this many bytes can end: behind a comma that is probably not
/// in a string. That it is not is known only afterwards.
size_t JsonTokens::window_end(size_t window) const {
  const size_t end = done_ + window;
  if (window >= document_.size() - done_) return document_.size();
  const size_t least = end - std::min(kEndSearch, window / 2);
  for (size_t at = end; at > least; --at) {
    if (document_[at - 1] != ',') continue;
    const char before = document_[at - 2];
    if (before == '}' || before == ']') return at;
  }
  for (size_t at = end; at > least; --at) {
    if (document_[at - 1] == ',') return at;
  }
  return 0;
}

char* JsonTokens::unescape(const char* string, char* to) const {
  uint8_t* end = index_->parser->parse_string(
      reinterpret_cast<const uint8_t*>(string + 1), reinterpret_cast<uint8_t*>(to));
  return reinterpret_cast<char*>(end);
}

void JsonTokens::stop(const char* at, std::string_view why) {
  problem_at_ = at;
  problem_ = why;
  base_ = kEnd;
  next_ = kEndOffsets;
  last_ = kEndOffsets + 1;
}

void JsonTokens::refill() {
  for (size_t window = kWindow; done_ < document_.size() && problem_at_ == nullptr;) {
    if (window > kLongestWindow)
      return stop(document_.data() + done_, "a value of more than 64 MiB");
    const size_t end = window_end(window);
    if (end == 0) {
      window *= 2;
      continue;
    }
    simdjson::internal::dom_parser_implementation& parser = *index_->parser;
    const size_t size = end - done_;
    if (size > parser.capacity()) {
      CHECK(parser.set_capacity(size) == simdjson::SUCCESS);
    }
    const char* begin = document_.data() + done_;
    const simdjson::error_code verdict = parser.stage1(
        reinterpret_cast<const uint8_t*>(begin), size, simdjson::stage1_mode::regular);
    if (verdict == simdjson::UNCLOSED_STRING && end < document_.size()) {
      window *= 2;
      continue;
    }
    if (verdict != simdjson::SUCCESS && verdict != simdjson::EMPTY) {
      const Place place = find_problem({begin, size}, verdict);
      return stop(place.at, place.what);
    }
    done_ = end;
    if (verdict == simdjson::EMPTY) continue;
    base_ = begin;
    may_have_escapes_ = std::memchr(begin, '\\', size) != nullptr;
    next_ = parser.structural_indexes.get();
    last_ = next_ + parser.n_structural_indexes;
    return;
  }
  stop(problem_at_, problem_);
}

}  // namespace cutset::lineage
