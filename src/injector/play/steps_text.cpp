// The steps of a compiled plan for people.
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "base/text.h"
#include "injector/fdsl/schedule.h"
#include "injector/play/compile.h"
#include "injector/play/step_action.h"

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;

std::string seconds(int64_t nanos) {
  return fdsl::seconds_text(fdsl::Milliseconds(nanos / 1'000'000)) + " s";
}

/// A message as text on one line: what the agent gets, field by field.
std::string short_text(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  if (!printer.PrintToString(message, &text)) return "?";
  return std::string(trim(text));
}

std::string trigger_text(const v1::Trigger& trigger) {
  std::string text = "when ";
  switch (trigger.kind_case()) {
    case v1::Trigger::kLog:
      text += fmt::format("log {{ {} }}", short_text(trigger.log()));
      break;
    case v1::Trigger::kMessage:
      text += fmt::format("message {{ {} }}", short_text(trigger.message()));
      break;
    case v1::Trigger::kCall:
      text += fmt::format("call {{ {} }}", short_text(trigger.call()));
      break;
    case v1::Trigger::kStep:
      text = fmt::format("{} after {}", seconds(trigger.step().after_ns()),
                         trigger.step().step());
      break;
    case v1::Trigger::kController:
      text += "the controller says so";
      break;
    case v1::Trigger::KIND_NOT_SET:
      text += "?";
      break;
  }
  if (trigger.from_ns() > 0) text += ", from " + seconds(trigger.from_ns());
  if (trigger.timeout_ns() > 0) {
    text += ", until " + seconds(trigger.timeout_ns());
    if (trigger.otherwise() == v1::Trigger::SKIP) text += " or not at all";
    if (trigger.otherwise() == v1::Trigger::FIRE) text += ", then in any case";
  }
  return text;
}

/// The one field of the action: "partition { peers ... }".
std::string action_text(const v1::Step& step) {
  const auto* const action = step.GetDescriptor()->FindOneofByName("action");
  const auto* const field = step.GetReflection()->GetOneofFieldDescriptor(step, action);
  if (field == nullptr) return "?";
  const std::string text = short_text(step.GetReflection()->GetMessage(step, field));
  return text.empty() ? std::string(field->name())
                      : fmt::format("{} {{ {} }}", field->name(), text);
}

std::string step_line(const v1::Step& step) {
  std::string text =
      step.has_when() ? trigger_text(step.when()) : "at " + seconds(step.at_ns());
  text = fmt::format("  {}\n      {}: {}", step.id(), text, action_text(step));
  if (step.has_target()) text += " on " + instance_text(step.target());
  if (step.duration_ns() > 0) text += ", for " + seconds(step.duration_ns());
  if (!step.label().empty()) text += fmt::format(", label \"{}\"", step.label());
  return text;
}

}  // namespace

std::string steps_text(const CompiledPlan& plan) {
  std::string text;
  for (const HostSteps& host : plan.hosts) {
    text += one_line(host.host) + ":\n";
    if (host.steps.empty() && host.requests.empty()) text += "  nothing\n";
    for (const v1::Step& step : host.steps) {
      for (const std::string& line : split(step_line(step), "\n")) {
        text += one_line(line) + "\n";
      }
    }
    for (const v1::FaultPlan& request : host.requests) {
      text += one_line(fmt::format("  request {}: {{ {} }}", request.id(),
                                   short_text(request))) +
              "\n";
    }
  }
  for (const Relay& relay : plan.relays) {
    if (relay.targets.empty()) continue;
    std::vector<std::string> sources;
    std::vector<std::string> targets;
    for (const StepPlace& source : relay.sources) {
      sources.push_back(source.step + " on " + source.host);
    }
    for (const StepPlace& target : relay.targets) {
      targets.push_back(target.step + " on " + target.host);
    }
    text += one_line(fmt::format("the controller relays {}: {} -> {}", relay.moment,
                                 join(sources, " or "), join(targets, ", "))) +
            "\n";
  }
  return text;
}

}  // namespace cutset::injector::play
