#include "report/terminal.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/escape.h"

namespace cutset::report {

namespace {

/// However deep the text is indented, so many characters of it stand on a line.
constexpr size_t kLeastLine = 20;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Bytes of the first `characters` characters.
size_t bytes_of(std::string_view text, size_t characters) {
  size_t at = 0;
  while (at < text.size() && characters > 0) {
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
    --characters;
  }
  return at;
}

}  // namespace

std::string styled(bool color, Style style, std::string_view text) {
  if (!color || style == Style::kPlain) return std::string(text);
  const auto code = [style]() {
    switch (style) {
      case Style::kBold:
        return 1;
      case Style::kRed:
        return 31;
      case Style::kGreen:
        return 32;
      case Style::kYellow:
        return 33;
      case Style::kDim:
        return 2;
      case Style::kPlain:
        break;
    }
    return 0;
  };
  return fmt::format("\x1b[{}m{}\x1b[0m", code(), text);
}

std::string wrapped(std::string_view text, size_t width, std::string_view first,
                    std::string_view next) {
  std::string out;
  std::string_view prefix = first;
  do {
    const size_t indent = count_characters(prefix);
    const size_t room = width > indent + kLeastLine ? width - indent : kLeastLine;
    size_t end = bytes_of(text, room);
    if (end < text.size()) {
      const size_t space = text.rfind(' ', end);
      if (space != std::string_view::npos && space > 0) end = space;
    }
    out += fmt::format("{}{}\n", prefix, text.substr(0, end));
    text.remove_prefix(end);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    prefix = next;
  } while (!text.empty());
  return out;
}

std::string to_ascii(std::string_view text) {
  constexpr std::string_view kEllipsis = "…";
  std::string out;
  while (!text.empty()) {
    if (text.substr(0, kEllipsis.size()) == kEllipsis) {
      out += "...";
      text.remove_prefix(kEllipsis.size());
      continue;
    }
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      out += text.front();
    } else if (!continues_character(text.front())) {
      out += '?';
    }
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace cutset::report
