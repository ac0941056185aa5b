#include "report/text_options.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace cutset::report {

namespace {

constexpr size_t kLeastWidth = 60;
constexpr size_t kMostWidth = 100;

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// 0: not known.
size_t columns() {
  const std::string_view text = variable("COLUMNS");
  size_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && parsed.ec == std::errc() && value > 0) return value;
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) return window.ws_col;
  return 0;
}

/// The first of the three that is set decides, as in the C library.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(variable(name));
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char byte) {
      return static_cast<char>(std::tolower(byte));
    });
    return value.find("utf-8") != std::string::npos ||
           value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

TextOptions TextOptions::of_environment() {
  TextOptions options;
  if (const size_t width = columns(); width > 0) {
    options.width = std::clamp(width, kLeastWidth, kMostWidth);
  }
  options.unicode = locale_is_utf8();
  return options;
}

}  // namespace cutset::report
