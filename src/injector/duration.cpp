#include "injector/duration.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace cutset::injector {

namespace {

constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(24);

/// Digits, perhaps with a point and more digits after it.
bool is_decimal(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::count(text.begin(), text.end(), '.') <= 1;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return Error::bad_input(fmt::format(
        "expected a duration with a unit (\"500ms\", \"3s\", \"2m\"), found \"{}\"",
        text));
  };
  const size_t unit_at = text.find_first_not_of("0123456789.");
  if (unit_at == 0 || unit_at == std::string_view::npos || text.size() > 32)
    return wrong();
  const std::string digits(text.substr(0, unit_at));
  const std::string_view unit = text.substr(unit_at);
  double scale = 0;
  if (unit == "ms") scale = 1;
  if (unit == "s") scale = 1000;
  if (unit == "m") scale = 60'000;
  if (unit == "h") scale = 3'600'000;
  if (scale == 0 || !is_decimal(digits)) return wrong();
  const double value = std::strtod(digits.c_str(), nullptr) * scale;
  if (value > static_cast<double>(kLongestDuration.count())) {
    return Error::bad_input(fmt::format("\"{}\" is longer than 24h", text));
  }
  if (value != std::floor(value)) {
    return Error::bad_input(
        fmt::format("\"{}\" is not a whole number of milliseconds", text));
  }
  return std::chrono::milliseconds(static_cast<int64_t>(value));
}

std::string duration_text(std::chrono::milliseconds duration) {
  const int64_t count = duration.count();
  if (count != 0 && count % 60'000 == 0) return fmt::format("{}m", count / 60'000);
  if (count % 1000 == 0) return fmt::format("{}s", count / 1000);
  return fmt::format("{}ms", count);
}

}  // namespace cutset::injector
