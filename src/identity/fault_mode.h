// The ways in which one call can be made to fail (calls.md section 2).
//
//   mode           callee works?  what the caller sees
//   error          no             an answer with `status`
//   error_after    yes            an answer with `status`; the callee's own answer is
//   lost refuse         no             connection refused (closed before a byte of an
//   answer) timeout        yes            nothing, until the caller gives up delay yes
//   the callee's answer, `milliseconds` late reset          yes            the connection
//   is reset in the middle of the answer
//
// Text form: `error(503)`, `error_after(503)`, `refuse`, `timeout`, `delay(500ms)`,
// `reset`. Thread rule: values, no shared state.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cutset::identity {

enum class FaultAction { kError, kErrorAfter, kRefuse, kTimeout, kDelay, kReset };

struct FaultMode {
  FaultAction action = FaultAction::kError;
  int status = 0;        // error, error_after: 100..599
  int milliseconds = 0;  // delay: > 0

  std::string text() const;
  /// Whether the callee does its work although the caller sees a failure.
  bool callee_works() const {
    return action != FaultAction::kError && action != FaultAction::kRefuse;
  }

  friend auto operator<=>(const FaultMode&, const FaultMode&) = default;
};

/// "error", "error_after", ...
std::string_view action_name(FaultAction action);
/// Also `fail` for error and `drop_response` for error_after (fdsl.md 6.2).
Result<FaultAction> parse_action(std::string_view name);
/// A mode whose fields came from elsewhere; what the action does not take is left out.
/// Error: names the field. An interim status is none: the caller would wait on.
Result<FaultMode> fault_mode_of(std::string_view action, int status, int milliseconds);
/// The text form above.
Result<FaultMode> parse_fault_mode(std::string_view text);

}  // namespace cutset::identity
