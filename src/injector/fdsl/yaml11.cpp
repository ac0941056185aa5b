#include "injector/fdsl/yaml11.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <set>

#include <fmt/format.h>

namespace cutset::injector::fdsl {

namespace {

using Form = Yaml11Number::Form;

bool all_in(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string without_underscores(std::string_view text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [](char character) { return character != '_'; });
  return result;
}

std::optional<int64_t> in_base(std::string_view digits, int base, bool negative) {
  const std::string plain = (negative ? "-" : "") + without_underscores(digits);
  int64_t value = 0;
  const char* last = plain.data() + plain.size();
  const auto [end, error] = std::from_chars(plain.data(), last, value, base);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

/// "1:30" is 90.
std::optional<int64_t> sexagesimal(std::string_view text, bool negative) {
  int64_t value = 0;
  size_t begin = 0;
  for (bool first = true; begin <= text.size(); first = false) {
    const size_t end = std::min(text.find(':', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (!all_in(part, "0123456789") || part.size() > (first ? 9 : 2)) return std::nullopt;
    const int64_t digit = *in_base(part, 10, false);
    if (!first && digit > 59) return std::nullopt;
    if (value > INT64_MAX / 120) return std::nullopt;
    value = value * 60 + digit;
    begin = end + 1;
  }
  return negative ? -value : value;
}

std::optional<double> decimal_fraction(std::string_view plain) {
  const std::string text = without_underscores(plain);
  const bool shaped = all_in(text, "0123456789.+-eE") &&
                      text.find_first_of("0123456789") != std::string::npos &&
                      text.find_first_of(".eE") != std::string::npos;
  if (!shaped) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Yaml11Number> number(Form form, std::optional<int64_t> value) {
  if (!value) return std::nullopt;
  return Yaml11Number{form, *value, false};
}

}  // namespace

std::optional<Yaml11Number> yaml11_number(std::string_view plain) {
  std::string_view text = plain;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("0b") && all_in(text.substr(2), "01_")) {
    return number(Form::kBinary, in_base(text.substr(2), 2, negative));
  }
  if (text.starts_with("0x") && all_in(text.substr(2), "0123456789abcdefABCDEF_")) {
    return number(Form::kHex, in_base(text.substr(2), 16, negative));
  }
  if (text.size() > 1 && text[0] == '0' && all_in(text, "01234567_")) {
    return number(Form::kOctal, in_base(text, 8, negative));
  }
  if (all_in(text, "0123456789_") && text[0] != '_' && (text[0] != '0' || text == "0")) {
    auto result = number(Form::kDecimal, in_base(text, 10, negative));
    if (result) result->exact = std::to_string(result->value) == plain;
    return result;
  }
  if (text.find(':') != std::string_view::npos && !text.starts_with('0')) {
    return number(Form::kSexagesimal, sexagesimal(text, negative));
  }
  const std::optional<double> fraction = decimal_fraction(plain);
  if (!fraction || std::abs(*fraction) > 9e15) return std::nullopt;
  return Yaml11Number{Form::kFloat, static_cast<int64_t>(*fraction), false};
}

bool is_yaml11_truth(std::string_view plain) {
  static const std::set<std::string, std::less<>> words = {
      "y",  "Y",  "yes", "Yes", "YES", "n",    "N",    "no",   "No",    "NO",    "on",
      "On", "ON", "off", "Off", "OFF", "true", "True", "TRUE", "false", "False", "FALSE"};
  return words.contains(plain);
}

std::string faultsee_argument(std::string_view plain) {
  if (is_yaml11_truth(plain)) {
    const char first = static_cast<char>(plain[0] | 0x20);
    const bool on = plain.size() == 2 && (plain[1] | 0x20) == 'n';
    return first == 'y' || first == 't' || on ? "true" : "false";
  }
  const std::optional<Yaml11Number> found = yaml11_number(plain);
  if (!found) return std::string(plain);
  if (found->form != Form::kFloat) return std::to_string(found->value);
  return fmt::format("{}", *decimal_fraction(plain));
}

}  // namespace cutset::injector::fdsl
