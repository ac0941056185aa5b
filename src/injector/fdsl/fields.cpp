#include "injector/fdsl/fields.h"

namespace cutset::injector::fdsl {

namespace {

using Fields = std::vector<Field>;

void add_text(Fields& fields, std::string key, const std::string& text) {
  Field field{std::move(key)};
  field.text = text;
  fields.push_back(std::move(field));
}
void add_text_if(Fields& fields, std::string key, const std::string& text) {
  if (!text.empty()) add_text(fields, std::move(key), text);
}
void add_word(Fields& fields, std::string key, std::string_view word) {
  Field field{std::move(key), Field::Kind::kWord};
  field.text = std::string(word);
  fields.push_back(std::move(field));
}
void add_number(Fields& fields, std::string key, int64_t number) {
  Field field{std::move(key), Field::Kind::kNumber};
  field.number = number;
  fields.push_back(std::move(field));
}
void add_nth(Fields& fields, int64_t nth) {
  if (nth != 1) add_number(fields, "nth", nth);
}
void add_endpoint(Fields& fields, std::string key, const Endpoint& endpoint) {
  Field field{std::move(key), Field::Kind::kEndpoint};
  field.endpoints = {endpoint};
  fields.push_back(std::move(field));
}
void add_to(Fields& fields, const std::vector<Endpoint>& to) {
  Field field{"to", Field::Kind::kEndpoints};
  field.endpoints = to;
  fields.push_back(std::move(field));
}
void add_texts_if(Fields& fields, std::string key,
                  const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  Field field{std::move(key), Field::Kind::kTexts};
  field.texts = texts;
  fields.push_back(std::move(field));
}
void add_direction(Fields& fields, Direction direction) {
  if (direction != Direction::kBoth) {
    add_word(fields, "direction", direction_name(direction));
  }
}
void add_lasting(Fields& fields, const Lasting& lasting) {
  if (lasting.duration) fields.push_back(time_field("duration", *lasting.duration));
  add_text_if(fields, "label", lasting.label);
}
void add_range(Fields& fields, const std::optional<MessageRange>& range) {
  if (!range) return;
  if (range->first == range->last) {
    add_number(fields, "nth", range->first);
    return;
  }
  add_number(fields, "first", range->first);
  add_number(fields, "last", range->last);
}
void add_owner(Fields& fields, const Endpoint& owner) {
  add_text_if(fields, "service", owner.service);
  if (owner.slots.empty()) return;
  Field field{"specific", Field::Kind::kWord};
  field.text = slots_text(owner.slots);
  fields.push_back(std::move(field));
}
void add_call(Fields& fields, const CallMatch& match) {
  if (match.call) {
    add_text(fields, "call", match.call->text());
    return;
  }
  add_text_if(fields, "from", match.from);
  add_text(fields, "operation", match.operation);
  add_text_if(fields, "within", match.within);
  add_nth(fields, match.nth);
  if (match.count != 1) add_number(fields, "count", match.count);
}

// One overload for each fault and trigger.

Fields fields(const Kill&) {
  return {};
}
Fields fields(const Signal& signal) {
  Fields result;
  add_word(result, "signal", signal.name);
  add_text(result, "kills_container", signal.kills ? "yes" : "no");
  return result;
}
Fields fields(const Cpu& cpu) {
  return {time_field("duration", cpu.duration)};
}
Fields fields(const Custom& custom) {
  Fields result;
  add_text(result, "kills_container", custom.kills ? "yes" : "no");
  add_text(result, "fault_file_name", custom.file);
  if (custom.folder != kFaultFolder) add_text(result, "fault_file_folder", custom.folder);
  add_texts_if(result, "fault_script_arguments", custom.script_arguments);
  if (custom.executable != kExecutable) add_text(result, "executable", custom.executable);
  add_texts_if(result, "executable_arguments", custom.executable_arguments);
  return result;
}
Fields fields(const Partition& partition) {
  Fields result;
  add_to(result, partition.to);
  add_direction(result, partition.direction);
  add_lasting(result, partition.lasting);
  return result;
}
Fields fields(const Omission& omission) {
  Fields result;
  add_to(result, omission.to);
  add_word(result, "framing", framing_name(omission.framing));
  add_range(result, omission.messages);
  add_text_if(result, "message", omission.message);
  add_lasting(result, omission.lasting);
  return result;
}
Fields fields(const Delay& delay) {
  Fields result;
  add_to(result, delay.to);
  add_number(result, "milliseconds", delay.delay.count());
  if (delay.jitter.count() != 0) add_number(result, "jitter", delay.jitter.count());
  if (delay.framing) add_word(result, "framing", framing_name(*delay.framing));
  add_range(result, delay.messages);
  add_lasting(result, delay.lasting);
  return result;
}
Fields fields(const Bandwidth& bandwidth) {
  Fields result;
  add_to(result, bandwidth.to);
  add_number(result, "kilobits_per_second", bandwidth.kilobits_per_second);
  add_direction(result, bandwidth.direction);
  add_lasting(result, bandwidth.lasting);
  return result;
}
Fields fields(const Request& request) {
  using identity::FaultAction;
  Fields result;
  add_call(result, request.call);
  const CallEffect& effect = request.effect;
  if (effect.corrupt) {
    add_word(result, "action", "corrupt");
    return result;
  }
  const identity::FaultMode& mode = effect.mode;
  add_word(result, "action", identity::action_name(mode.action));
  if (!effect.grpc_status.empty()) {
    add_word(result, "grpc_status", effect.grpc_status);
  } else if (mode.action == FaultAction::kError ||
             mode.action == FaultAction::kErrorAfter) {
    add_number(result, "status", mode.status);
  }
  if (mode.action == FaultAction::kDelay) {
    add_number(result, "milliseconds", mode.milliseconds);
  }
  return result;
}

Fields fields(const MessageTrigger& trigger) {
  Fields result;
  add_endpoint(result, "from", trigger.from);
  add_endpoint(result, "to", trigger.to);
  add_word(result, "framing", framing_name(trigger.framing));
  add_text_if(result, "operation", trigger.operation);
  add_nth(result, trigger.nth);
  if (trigger.edge != MessageEdge::kSend) {
    add_word(result, "edge", edge_name(trigger.edge));
  }
  return result;
}
/// `owner`: the service that need not be named, for the trigger stands under it.
Fields call_fields(const CallTrigger& trigger, bool owned) {
  Fields result;
  if (!trigger.call.call && !owned) add_text(result, "service", trigger.service);
  add_call(result, trigger.call);
  if (trigger.edge != SpanEdge::kStart) add_word(result, "edge", edge_name(trigger.edge));
  return result;
}
Fields fields(const SpanTrigger& trigger) {
  Fields result;
  add_owner(result, trigger.on);
  add_text(result, "operation", trigger.operation);
  add_nth(result, trigger.nth);
  if (trigger.edge != SpanEdge::kStart) add_word(result, "edge", edge_name(trigger.edge));
  return result;
}
Fields fields(const LogTrigger& trigger) {
  Fields result;
  add_owner(result, trigger.on);
  add_text(result, "matches", trigger.matches);
  add_nth(result, trigger.nth);
  return result;
}
Fields fields(const SyscallTrigger& trigger) {
  Fields result;
  add_text(result, "name", trigger.name);
  add_text_if(result, "path", trigger.path);
  add_nth(result, trigger.nth);
  if (trigger.edge != SyscallEdge::kBefore) {
    add_word(result, "edge", edge_name(trigger.edge));
  }
  return result;
}
Fields fields(const AfterMoment& trigger) {
  Fields result;
  add_text(result, "name", trigger.name);
  if (trigger.after.count() != 0) result.push_back(time_field("after", trigger.after));
  return result;
}

Field crash_point(const CrashPoint& point) {
  static const std::vector<std::string> keys = {"span", "call", "message", "log",
                                                "syscall"};
  Field field{keys[point.index()], Field::Kind::kFields};
  field.fields = std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, CallTrigger>) {
          return call_fields(value, true);
        } else {
          return fields(value);
        }
      },
      point);
  return field;
}

Fields fields(const Crash& crash) {
  Fields result;
  if (crash.at) {
    Field at{"at", Field::Kind::kFields};
    at.fields = {crash_point(*crash.at)};
    result.push_back(std::move(at));
  }
  add_word(result, "signal", crash.signal);
  if (crash.restart_after) {
    result.push_back(time_field("restart_after", *crash.restart_after));
  }
  return result;
}
Fields fields(const Pause& pause) {
  Fields result;
  add_lasting(result, pause.lasting);
  return result;
}
Fields fields(const DiskWipe& wipe) {
  Fields result;
  add_text(result, "path", wipe.path);
  return result;
}
Fields fields(const ClockOffset& clock) {
  Fields result;
  add_number(result, "milliseconds", clock.offset.count());
  add_lasting(result, clock.lasting);
  return result;
}
Fields fields(const CpuPressure& pressure) {
  Fields result;
  add_number(result, "cores", pressure.cores);
  result.push_back(time_field("duration", pressure.duration));
  return result;
}
Fields fields(const MemoryPressure& pressure) {
  Fields result;
  add_number(result, "megabytes", pressure.megabytes);
  result.push_back(time_field("duration", pressure.duration));
  return result;
}
Fields fields(const DiskPressure& pressure) {
  Fields result;
  add_text(result, "path", pressure.path);
  add_number(result, "megabytes", pressure.megabytes);
  result.push_back(time_field("duration", pressure.duration));
  return result;
}

}  // namespace

std::vector<Field> fields_of(const Fault& fault) {
  return std::visit([](const auto& value) { return fields(value); }, fault);
}

Field field_of(const Trigger& trigger) {
  Field field{std::string(trigger_key(trigger)), Field::Kind::kFields};
  field.fields = std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, CallTrigger>) {
          return call_fields(value, false);
        } else {
          return fields(value);
        }
      },
      trigger);
  return field;
}

Field time_field(const std::string& key, Milliseconds time) {
  const bool whole = time.count() % 1000 == 0;
  Field field{whole ? key : key + "_milliseconds", Field::Kind::kNumber};
  field.number = whole ? time.count() / 1000 : time.count();
  return field;
}

}  // namespace cutset::injector::fdsl
