#include "report/words.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::report {

namespace {

using identity::FaultAction;

std::string operation_of(const identity::Point& point) {
  std::string text = point.signature;
  if (!point.key.empty()) text += "{" + point.key + "}";
  return text +
         (point.ordinal == 0 ? ", every attempt" : fmt::format("#{}", point.ordinal));
}

std::string sentence(const identity::FaultMode& mode, const std::string& caller,
                     const std::string& callee, const std::string& operation) {
  switch (mode.action) {
    case FaultAction::kError:
      return fmt::format("{} answers {} to {} ({})", callee, mode.status, caller,
                         operation);
    case FaultAction::kErrorAfter:
      return fmt::format(
          "{} does its work for {} ({}), but the answer is lost and {} sees {}", callee,
          caller, operation, caller, mode.status);
    case FaultAction::kRefuse:
      return fmt::format("{} refuses the connection of {} ({})", callee, caller,
                         operation);
    case FaultAction::kTimeout:
      return fmt::format("{} does not answer {} in time ({})", callee, caller, operation);
    case FaultAction::kDelay:
      return fmt::format("{} answers {} {} ms late ({})", callee, caller,
                         mode.milliseconds, operation);
    case FaultAction::kReset:
      return fmt::format("the answer of {} to {} breaks off ({})", callee, caller,
                         operation);
  }
  return mode.text();
}

}  // namespace

std::string operation_words(const std::string& event) {
  const auto id = identity::parse_call_id(event);
  return id.ok() ? operation_of(id->points.back()) : event;
}

std::string place_words(const std::string& event) {
  const auto id = identity::parse_call_id(event);
  return id.ok() ? fmt::format("{}'s {}", id->points.back().callee,
                               operation_of(id->points.back()))
                 : event;
}

std::string difference_words(const campaign::OutcomeResult& outcome) {
  if (outcome.found.empty() && outcome.expected.empty()) return "";
  return fmt::format("found {}, expected {}", outcome.found, outcome.expected);
}

std::string caller_of(const identity::CallId& id) {
  return id.points.size() > 1 ? id.points[id.points.size() - 2].callee : "the client";
}

std::string fault_words(const campaign::Fault& fault) {
  const auto id = identity::parse_call_id(fault.event);
  if (!id.ok()) return fault.text();
  const identity::Point& point = id->points.back();
  return sentence(fault.mode, caller_of(*id), point.callee, operation_of(point));
}

std::string faults_words(const campaign::FaultSet& faults) {
  std::vector<std::string> parts;
  for (const campaign::Fault& fault : faults) parts.push_back(fault_words(fault));
  return parts.empty() ? "no fault" : join(parts, ", and ");
}

std::string answer_words(const lineage::Answer& answer) {
  switch (answer.kind) {
    case lineage::Answer::Kind::kStatus:
      return answer.status == 0 ? "answered" : fmt::format("{}", answer.status);
    case lineage::Answer::Kind::kRefused:
      return "refused";
    case lineage::Answer::Kind::kTimeout:
      return "timeout";
    case lineage::Answer::Kind::kReset:
      return "reset";
    case lineage::Answer::Kind::kError:
      return "error";
  }
  return "?";
}

std::string modes_words(const std::vector<identity::FaultMode>& modes) {
  std::vector<std::string> parts;
  for (const identity::FaultMode& mode : modes) parts.push_back(mode.text());
  return join(parts, ", ");
}

std::string duration_words(int64_t nanoseconds) {
  if (nanoseconds == 0) return "0 ms";
  const auto value = static_cast<double>(nanoseconds);
  if (value < 1e3) return fmt::format("{} ns", nanoseconds);
  if (value < 1e6) return fmt::format("{:.1f} us", value / 1e3);
  if (value < 1e9) return fmt::format("{:.1f} ms", value / 1e6);
  if (value < 120e9) return fmt::format("{:.1f} s", value / 1e9);
  const int64_t seconds = nanoseconds / 1'000'000'000;
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string counted(int64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string replay_command(const std::string& command, const std::string& finding_id) {
  constexpr std::string_view kPlace = "<id>";
  std::string result =
      command.empty() ? "cutset replay .cutset/findings/finding-<id>.yaml" : command;
  const size_t place = result.find(kPlace);
  if (place != std::string::npos) result.replace(place, kPlace.size(), finding_id);
  return result;
}

}  // namespace cutset::report
