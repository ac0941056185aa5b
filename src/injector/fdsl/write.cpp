#include "injector/fdsl/write.h"

#include <fmt/format.h>

#include "injector/fdsl/fields.h"

namespace cutset::injector::fdsl {

namespace {

std::string target_text(const Target& target) {
  switch (target.kind) {
    case Target::Kind::kSpecific:
      return fmt::format("{{specific: {}}}", slots_text(target.slots));
    case Target::Kind::kAmount:
      return fmt::format("{{amount: {}}}", target.number);
    case Target::Kind::kPercentage:
      break;
  }
  return fmt::format("{{percentage: {}}}", target.number);
}

class Writer {
 public:
  std::string write(const Schedule& schedule) {
    line(0, "environment:");
    if (schedule.version != 1) line(1, fmt::format("fdsl: {}", schedule.version));
    line(1, fmt::format("seed: {}", schedule.seed));
    if (!schedule.ntp_server.empty()) {
      line(1, "ntp_server: " + yaml_quoted(schedule.ntp_server));
    }
    line(0, "events:");
    line(2, schedule.services.empty() ? "- beginning: {}" : "- beginning:");
    for (const auto& [service, count] : schedule.services) {
      line(4, fmt::format("{}: {}", yaml_key(service), count));
    }
    for (const Moment& moment : schedule.moments) write_moment(moment);
    line(2, fmt::format("- end: {}", schedule.end_seconds));
    if (schedule.lineage) write_lineage(*schedule.lineage);
    return std::move(text_);
  }

 private:
  /// `depth` counts steps of two spaces.
  void line(int depth, const std::string& text) {
    text_.append(static_cast<size_t>(depth) * 2, ' ');
    text_ += text;
    text_ += '\n';
  }
  void field(int depth, const Field& field) {
    line(depth, field.key + ": " + flow_text(field));
  }

  void write_moment(const Moment& moment) {
    line(2, "- moment:");
    if (!moment.name.empty()) line(4, "name: " + yaml_quoted(moment.name));
    if (moment.time) field(4, time_field("time", *moment.time));
    if (moment.when) {
      line(4, "when:");
      field(5, field_of(moment.when->trigger));
      field(4, time_field("timeout", moment.when->timeout));
      if (moment.when->otherwise != Otherwise::kInconclusive) {
        line(4, fmt::format("otherwise: {}", otherwise_name(moment.when->otherwise)));
      }
    }
    if (!moment.mark.empty()) line(4, "mark: " + yaml_quoted(moment.mark));
    if (!moment.events.empty()) line(4, "services:");
    const std::string* service = nullptr;
    for (const ServiceEvent& event : moment.events) {
      if (service == nullptr || *service != event.service) {
        line(5, yaml_key(event.service) + ":");
      }
      service = &event.service;
      write_event(event.action);
    }
  }

  void write_event(const Action& action) {
    const std::string key = fmt::format("- {}: ", action_key(action));
    if (const auto* start = std::get_if<Start>(&action)) {
      line(6, key + target_text(start->count));
    } else if (const auto* stop = std::get_if<Stop>(&action)) {
      line(6, key + target_text(stop->target));
    } else if (const auto* heal = std::get_if<Heal>(&action)) {
      line(6, key + fmt::format("{{label: {}}}", yaml_quoted(heal->label)));
    } else if (const auto* restart = std::get_if<Restart>(&action)) {
      line(6, key + target_text(Target::specific(restart->slots)));
    } else if (const auto* resume = std::get_if<Resume>(&action)) {
      line(6, key + target_text(Target::specific(resume->slots)));
    } else {
      write_fault(std::get<Inject>(action));
    }
  }

  void write_fault(const Inject& inject) {
    line(6, "- fault:");
    line(8, "target: " + target_text(inject.target));
    const std::vector<Field> fields = fields_of(inject.fault);
    line(8, fmt::format("{}:", fault_key(inject.fault)));
    for (const Field& one : fields) field(9, one);
  }

  void write_texts(const std::string& key, const std::vector<std::string>& texts) {
    line(1, texts.empty() ? key + ": []" : key + ":");
    for (const std::string& text : texts) line(2, "- " + yaml_quoted(text));
  }

  void write_lineage(const Lineage& lineage) {
    line(0, "lineage:");
    line(1, "run: " + yaml_quoted(lineage.run));
    line(1, "goal: " + yaml_quoted(lineage.goal));
    if (!lineage.breaks.empty()) write_texts("breaks", lineage.breaks);
    write_texts("faults", lineage.faults);
    if (!lineage.budget) return;
    std::string counts;
    const auto add = [&](const std::string& key, const std::optional<int64_t>& count) {
      if (count)
        counts += fmt::format("{}{}: {}", counts.empty() ? "" : ", ", key, *count);
    };
    add("last_fault_time", lineage.budget->last_fault_time);
    add("crashes", lineage.budget->crashes);
    add("faults", lineage.budget->faults);
    line(1, "budget: {" + counts + "}");
  }

  std::string text_;
};

}  // namespace

std::string write_schedule(const Schedule& schedule) {
  return Writer().write(schedule);
}

}  // namespace cutset::injector::fdsl
