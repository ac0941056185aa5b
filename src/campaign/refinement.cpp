#include "campaign/refinement.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace cutset::campaign {

HandlerLevel Refinement::level(std::string_view handler) const {
  const auto found = levels.find(handler);
  return found == levels.end() ? HandlerLevel::kByHandler : found->second;
}

BodyUse Refinement::body(std::string_view handler) const {
  const auto found = bodies.find(handler);
  return found == bodies.end() ? BodyUse::kExact : found->second;
}

std::string_view level_name(HandlerLevel level) {
  switch (level) {
    case HandlerLevel::kByHandler:
      return "by handler";
    case HandlerLevel::kByPosition:
      return "by position";
    case HandlerLevel::kByPayload:
      return "by position and payload";
    case HandlerLevel::kByAttempts:
      return "by position, payload and what earlier attempts did";
    case HandlerLevel::kOpaque:
      return "opaque: whole runs only";
  }
  return "?";
}

std::string answer_label(const lineage::Answer& answer, std::string_view handler,
                         const Refinement& refinement) {
  switch (answer.kind) {
    case lineage::Answer::Kind::kRefused:
      return "refused";
    case lineage::Answer::Kind::kTimeout:
      return "timeout";
    case lineage::Answer::Kind::kReset:
      return "reset";
    case lineage::Answer::Kind::kError:
      return "error";
    case lineage::Answer::Kind::kStatus:
      break;
  }
  const bool body_counts =
      answer.status < 400 || refinement.level(handler) >= HandlerLevel::kByPayload;
  const BodyUse use = body_counts ? refinement.body(handler) : BodyUse::kNone;
  switch (use) {
    case BodyUse::kExact:
      return fmt::format("status:{}/{}", answer.status, hex16(answer.exact_digest));
    case BodyUse::kShape:
      return fmt::format("status:{}/~{}", answer.status, hex16(answer.shape_digest));
    case BodyUse::kNone:
      break;
  }
  return fmt::format("status:{}", answer.status);
}

std::string unanswered_label(const std::string& last_child, const std::string& shown) {
  return "timeout after " + last_child + " = " + shown;
}

std::string duration_label(int64_t nanoseconds) {
  int step = 0;
  for (int64_t bound = 100'000'000; nanoseconds >= bound && step < 9; bound *= 5) ++step;
  return step == 0 ? "" : fmt::format(" slow:{}", step);
}

std::string fault_label(const identity::FaultMode& mode) {
  using identity::FaultAction;
  switch (mode.action) {
    case FaultAction::kError:
    case FaultAction::kErrorAfter:
      return fmt::format("status:{}", mode.status);
    case FaultAction::kRefuse:
      return "refused";
    case FaultAction::kTimeout:
      return "timeout";
    case FaultAction::kDelay:
      return mode.text();
    case FaultAction::kReset:
      return "reset";
  }
  return "?";
}

bool waits_for_callee(const identity::FaultMode& mode) {
  return mode.action == identity::FaultAction::kErrorAfter ||
         mode.action == identity::FaultAction::kReset;
}

std::string after_callee(const std::string& fault_label,
                         const std::string& callee_label) {
  if (callee_label == "timeout") return callee_label;
  const size_t slow = callee_label.rfind(" slow:");
  return slow == std::string::npos ? fault_label
                                   : fault_label + callee_label.substr(slow);
}

}  // namespace cutset::campaign
