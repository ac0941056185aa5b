#include "dedalus/language/scanner.h"

#include <algorithm>

#include "base/text.h"

namespace cutset::dedalus {

namespace {

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

template <typename Predicate>
std::string_view prefix(std::string_view text, Predicate holds) {
  const auto end = std::find_if_not(text.begin(), text.end(), holds);
  return text.substr(0, static_cast<size_t>(end - text.begin()));
}

}  // namespace

bool is_ident_character(char c) {
  return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == '?' ||
         c == '@';
}

bool is_relation_name(std::string_view name) {
  return !name.empty() && is_lower(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && (is_upper(name[0]) || name[0] == '_') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower(c) || is_upper(c) || is_digit(c) || c == '_';
         });
}

bool Scanner::skip_comment() {
  const std::string_view mark = rest().substr(0, 2);
  if (mark != "//" && mark != "/*") return false;
  const bool line = mark == "//";
  size_t end = text_.find(line ? "\n" : "*/", at_ + 2);
  if (end == std::string_view::npos) {
    if (!line) {
      open_comment_ = at_;
      return false;
    }
    end = text_.size();
  } else if (!line) {
    end += 2;
  }
  const auto stop = static_cast<uint32_t>(end);
  if (comments_ != nullptr && at_ >= commented_to_) {
    uint32_t visible = stop;  // a line ended by \r\n ends before both
    if (line && visible > at_ && text_[visible - 1] == '\r') --visible;
    comments_->push_back({at_, visible});
    commented_to_ = stop;
  }
  at_ = stop;
  return true;
}

uint32_t Scanner::next() {
  do {
    at_ += static_cast<uint32_t>(prefix(rest(), is_blank).size());
  } while (skip_comment());
  return at_;
}

bool Scanner::looks_at(std::string_view literal) {
  next();
  return rest().substr(0, literal.size()) == literal;
}

bool Scanner::accept(std::string_view literal) {
  if (!looks_at(literal)) return false;
  at_ += static_cast<uint32_t>(literal.size());
  return true;
}

std::optional<std::string_view> Scanner::ident() {
  next();
  const std::string_view found = prefix(rest(), is_ident_character);
  if (found.empty()) return std::nullopt;
  at_ += static_cast<uint32_t>(found.size());
  return found;
}

std::optional<std::string_view> Scanner::digits() {
  next();
  const std::string_view found = prefix(rest(), is_digit);
  if (found.empty()) return std::nullopt;
  at_ += static_cast<uint32_t>(found.size());
  return found;
}

std::optional<std::string_view> Scanner::string() {
  if (!looks_at("\"")) return std::nullopt;
  const size_t end = text_.find('"', at_ + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view found = text_.substr(at_ + 1, end - at_ - 1);
  at_ = static_cast<uint32_t>(end) + 1;
  return found;
}

std::string Scanner::found() {
  if (at_end()) return "the end of the file";
  if (open_comment_ == at_) return "a comment that does not end";
  constexpr size_t kShown = 40;
  const std::string_view left = rest();
  std::string_view token = prefix(left, is_ident_character);
  if (left[0] == '"') {
    const size_t end = left.find('"', 1);
    if (end == std::string_view::npos) return "a string that does not end";
    token = left.substr(0, end + 1);
  } else if (token.empty()) {
    for (const std::string_view sign :
         {":-", "==", "!=", "<=", ">=", "<-", "->", "&&", "||"}) {
      if (left.substr(0, 2) == sign) token = sign;
    }
  }
  if (token.empty()) {  // one character of UTF-8
    size_t length = 1;
    while (length < left.size() && length < 4 &&
           (static_cast<unsigned char>(left[length]) & 0xC0U) == 0x80U) {
      ++length;
    }
    token = left.substr(0, length);
  }
  const std::string shown = one_line(token.substr(0, kShown));
  return "`" + shown + (token.size() > kShown ? "...`" : "`");
}

void Scanner::skip_clause() {
  while (!at_end()) {
    const char first = text_[at_];
    if (first == '"' && string()) continue;
    ++at_;
    if (first == ';') return;
  }
}

}  // namespace cutset::dedalus
