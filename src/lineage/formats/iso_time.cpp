#include "lineage/formats/iso_time.h"

#include <chrono>

namespace cutset::lineage {

namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Exactly `digits` digits.
  bool number(size_t digits, int& value) {
    value = 0;
    for (size_t digit = 0; digit < digits; ++digit) {
      if (!at_digit()) return false;
      value = value * 10 + (text_.front() - '0');
      text_.remove_prefix(1);
    }
    return true;
  }
  /// Digits behind a point; those below a nanosecond are passed over.
  int64_t fraction() {
    int64_t nanoseconds = 0;
    constexpr int64_t kTenth = 100'000'000;
    for (int64_t unit = kTenth; at_digit(); unit /= 10) {
      nanoseconds += (text_.front() - '0') * unit;
      text_.remove_prefix(1);
    }
    return nanoseconds;
  }
  bool empty() const { return text_.empty(); }

 private:
  bool at_digit() const {
    return !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
  }
  std::string_view text_;
};

/// "", "Z", "+01:00". False: something else.
bool parse_zone(Scanner& scanner, std::chrono::minutes& ahead) {
  ahead = std::chrono::minutes(0);
  if (scanner.take('Z') || scanner.empty()) return scanner.empty();
  const bool west = scanner.take('-');
  int hours = 0;
  int minutes = 0;
  if (!west && !scanner.take('+')) return false;
  if (!scanner.number(2, hours) || !scanner.take(':') || !scanner.number(2, minutes))
    return false;
  ahead = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  if (west) ahead = -ahead;
  return scanner.empty();
}

}  // namespace

int64_t parse_iso_time(std::string_view text) {
  constexpr int kFirstYear = 1970;
  constexpr int kLastYear = 2261;  // the last whole one that an int64_t holds
  constexpr size_t kYearDigits = 4;
  constexpr int kLeapSecond = 60;
  Scanner scanner(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool read =
      scanner.number(kYearDigits, year) && scanner.take('-') &&
      scanner.number(2, month) && scanner.take('-') && scanner.number(2, day) &&
      scanner.take('T') && scanner.number(2, hour) && scanner.take(':') &&
      scanner.number(2, minute) && scanner.take(':') && scanner.number(2, second);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!read || !date.ok() || year < kFirstYear || year > kLastYear || hour > 24 ||
      minute > 59 || second > kLeapSecond) {
    return 0;
  }
  const int64_t fraction = scanner.take('.') ? scanner.fraction() : 0;
  std::chrono::minutes ahead{};
  if (!parse_zone(scanner, ahead)) return 0;
  const std::chrono::nanoseconds time =
      std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) +
      std::chrono::minutes(minute) + std::chrono::seconds(second) +
      std::chrono::nanoseconds(fraction) - ahead;
  return time.count() < 0 ? 0 : time.count();
}

}  // namespace cutset::lineage
