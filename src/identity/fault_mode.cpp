#include "identity/fault_mode.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::identity {

namespace {

struct Name {
  std::string_view text;
  FaultAction action;
};
constexpr std::array<Name, 8> kNames = {{{"error", FaultAction::kError},
                                         {"error_after", FaultAction::kErrorAfter},
                                         {"refuse", FaultAction::kRefuse},
                                         {"timeout", FaultAction::kTimeout},
                                         {"delay", FaultAction::kDelay},
                                         {"reset", FaultAction::kReset},
                                         {"fail", FaultAction::kError},
                                         {"drop_response", FaultAction::kErrorAfter}}};

constexpr int kLongestDelayMs = 600'000;

Result<int> number_in(std::string_view digits, int low, int high, std::string_view what) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < low ||
      value > high) {
    return Error::bad_input(
        fmt::format("\"{}\": expected {} from {} to {}", digits, what, low, high));
  }
  return value;
}

}  // namespace

std::string_view action_name(FaultAction action) {
  for (const Name& name : kNames) {
    if (name.action == action) return name.text;
  }
  return "?";
}

Result<FaultAction> parse_action(std::string_view text) {
  std::vector<std::string> known;
  for (const Name& name : kNames) {
    if (name.text == text) return name.action;
    known.emplace_back(name.text);
  }
  return Error::bad_input(fmt::format(
      "unknown fault \"{}\"{} (one of error, error_after, refuse, timeout, delay, reset)",
      text, suggestion(text, known)));
}

Result<FaultMode> fault_mode_of(std::string_view action, int status, int milliseconds) {
  FaultMode mode;
  CUTSET_ASSIGN(mode.action, parse_action(action));
  if (mode.action == FaultAction::kError || mode.action == FaultAction::kErrorAfter) {
    if (status < 200 || status > 599)
      return Error::bad_input(fmt::format("status {}; expected 200 to 599", status));
    mode.status = status;
  }
  if (mode.action == FaultAction::kDelay) {
    if (milliseconds < 1 || milliseconds > kLongestDelayMs) {
      return Error::bad_input(fmt::format("a delay of {} ms; expected 1 to {}",
                                          milliseconds, kLongestDelayMs));
    }
    mode.milliseconds = milliseconds;
  }
  return mode;
}

std::string FaultMode::text() const {
  switch (action) {
    case FaultAction::kError:
    case FaultAction::kErrorAfter:
      return fmt::format("{}({})", action_name(action), status);
    case FaultAction::kDelay:
      return fmt::format("delay({}ms)", milliseconds);
    default:
      return std::string(action_name(action));
  }
}

Result<FaultMode> parse_fault_mode(std::string_view text) {
  const size_t open = text.find('(');
  FaultMode mode;
  CUTSET_ASSIGN(mode.action, parse_action(text.substr(0, open)));
  const bool takes_status =
      mode.action == FaultAction::kError || mode.action == FaultAction::kErrorAfter;
  const bool takes_time = mode.action == FaultAction::kDelay;
  if (open == std::string_view::npos) {
    if (takes_status) mode.status = 503;
    if (takes_time) return Error::bad_input("delay needs a time, e.g. \"delay(500ms)\"");
    return mode;
  }
  if (text.back() != ')')
    return Error::bad_input(fmt::format("\"{}\": expected \")\"", text));
  std::string_view argument = text.substr(open + 1, text.size() - open - 2);
  if (takes_status) {
    CUTSET_ASSIGN(mode.status, number_in(argument, 100, 599, "an HTTP status"));
    return mode;
  }
  if (takes_time) {
    if (argument.ends_with("ms")) argument.remove_suffix(2);
    CUTSET_ASSIGN(mode.milliseconds,
                  number_in(argument, 1, kLongestDelayMs, "milliseconds"));
    return mode;
  }
  return Error::bad_input(
      fmt::format("\"{}\" takes no argument", action_name(mode.action)));
}

}  // namespace cutset::identity
