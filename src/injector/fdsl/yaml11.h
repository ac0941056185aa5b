// What a plain scalar is to YAML 1.1, the dialect of both of FaultSee's parsers: numbers
// in five bases, truth values with sixteen spellings. Private to fdsl/.
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cutset::injector::fdsl {

struct Yaml11Number {
  enum class Form { kDecimal, kOctal, kHex, kBinary, kSexagesimal, kFloat };
  Form form = Form::kDecimal;
  int64_t value = 0;   // of a float: without its fraction
  bool exact = false;  // written as its value is printed: "10", not "+10", "1_0" or "012"
};

/// Nothing for what is no number to YAML 1.1, and for what does not fit int64.
std::optional<Yaml11Number> yaml11_number(std::string_view plain);

/// yes, no, on, off, true, false, y, n in their three cases.
bool is_yaml11_truth(std::string_view plain);

/// The text that FaultSee hands to a program for an argument that was written plain:
/// "1.50" becomes "1.5", "yes" becomes "true", "0x10" becomes "16".
std::string faultsee_argument(std::string_view plain);

}  // namespace cutset::injector::fdsl
