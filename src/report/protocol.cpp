#include "report/protocol.h"

#include "base/check.h"

namespace cutset::report {

std::string_view protocol_verdict_name(ProtocolVerdict verdict) {
  switch (verdict) {
    case ProtocolVerdict::kHolds:
      return "holds";
    case ProtocolVerdict::kViolated:
      return "violated";
    case ProtocolVerdict::kVacuous:
      return "vacuous";
    case ProtocolVerdict::kStopped:
      return "stopped";
  }
  CHECK(false);
  return "";
}

std::optional<bool> ProtocolCheck::as_expected() const {
  if (expect.empty() || verdict == ProtocolVerdict::kStopped) return std::nullopt;
  // "holds" is an answer only if nothing was left out.
  if (verdict == ProtocolVerdict::kHolds && !complete) return std::nullopt;
  return expect == protocol_verdict_name(verdict);
}

}  // namespace cutset::report
