#include "campaign/finding.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "identity/call_id.h"

namespace cutset::campaign {

namespace {

std::string in_words(const Fault& fault) {
  const auto id = identity::parse_call_id(fault.event);
  if (!id.ok()) return fault.text();
  const identity::Point& point = id->points.back();
  const std::string caller =
      id->points.size() > 1 ? id->points[id->points.size() - 2].callee : "the client";
  std::string what = fmt::format("{} to {}", point.signature, point.callee);
  if (!point.key.empty()) what += " (" + point.key + ")";
  if (point.ordinal == 0) what = "every attempt of " + what;
  if (point.ordinal > 1) what = fmt::format("attempt {} of {}", point.ordinal, what);
  using identity::FaultAction;
  switch (fault.mode.action) {
    case FaultAction::kError:
      return fmt::format("{}'s {} fails with {}", caller, what, fault.mode.status);
    case FaultAction::kErrorAfter:
      return fmt::format("{}'s {} is done, but its answer is lost ({})", caller, what,
                         fault.mode.status);
    case FaultAction::kRefuse:
      return fmt::format("{}'s {} is refused", caller, what);
    case FaultAction::kTimeout:
      return fmt::format("{}'s {} gets no answer in time", caller, what);
    case FaultAction::kDelay:
      return fmt::format("{}'s {} is answered {} ms late", caller, what,
                         fault.mode.milliseconds);
    case FaultAction::kReset:
      return fmt::format("{}'s {} breaks off in the middle of the answer", caller, what);
  }
  return fault.text();
}

}  // namespace

std::string in_words(const FaultSet& faults) {
  std::vector<std::string> parts;
  for (const Fault& fault : faults) parts.push_back(in_words(fault));
  return join(parts, ", and ");
}

std::string Finding::id() const {
  return hex16(fnv64(to_text(faults)));
}

}  // namespace cutset::campaign
