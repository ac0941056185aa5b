#include "injector/fdsl/portable.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "injector/fdsl/fields.h"
#include "injector/fdsl/resolve.h"

namespace cutset::injector::fdsl {

namespace {

constexpr const char* kAgentCommand = "cutset_fault";

std::string option_name(const std::string& key) {
  std::string name = "--" + key;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// "replica/1,2", "client".
std::string endpoint_argument(const Endpoint& endpoint) {
  if (endpoint.slots.empty()) return endpoint.service;
  return fmt::format("{}/{}", endpoint.service, fmt::join(endpoint.slots, ","));
}

Custom agent_command(const std::string& verb, const std::vector<Field>& fields) {
  Custom custom;
  custom.file = kAgentCommand;
  custom.script_arguments.push_back(verb);
  for (const Field& field : fields) {
    if (field.kind == Field::Kind::kEndpoints) {
      for (const Endpoint& endpoint : field.endpoints) {
        custom.script_arguments.push_back(option_name(field.key));
        custom.script_arguments.push_back(endpoint_argument(endpoint));
      }
      continue;
    }
    custom.script_arguments.push_back(option_name(field.key));
    const bool is_number = field.kind == Field::Kind::kNumber;
    custom.script_arguments.push_back(is_number ? std::to_string(field.number)
                                                : field.text);
  }
  return custom;
}

using Slot = std::pair<std::string, int>;

class Converter {
 public:
  Converter(const Schedule& schedule, const std::string& file)
      : schedule_(schedule), file_(file), resolution_(resolve(schedule)) {}

  Portable run() {
    Schedule& result = portable_.schedule;
    result = schedule_;
    result.version = 1;
    result.moments.clear();
    for (const auto& [service, count] : schedule_.services) {
      if (service.find('.') == std::string::npos) continue;
      problem({}, fmt::format("the service \"{}\": FaultSee knows no service with a "
                              "\".\" in its name; rename it",
                              service));
    }
    for (size_t i = 0; i < schedule_.moments.size(); ++i) convert_moment(i);
    return std::move(portable_);
  }

 private:
  void problem(Place place, std::string message) {
    portable_.problems.push_back(Error::bad_input("not portable: " + std::move(message),
                                                  file_, place.line, place.column));
  }

  void convert_moment(size_t index) {
    const Moment& moment = schedule_.moments[index];
    if (!moment.time) {
      problem(moment.place,
              "FDSL 1 has no moments with \"when\"; give the moment a time");
      return;
    }
    if (moment.time->count() % 1000 != 0) {
      problem(moment.place, fmt::format("FDSL 1 has whole seconds, found {} s; round it",
                                        seconds_text(*moment.time)));
      return;
    }
    Moment mark;
    mark.time = moment.time;
    mark.mark = moment.mark;
    if (!mark.mark.empty()) portable_.schedule.moments.push_back(std::move(mark));
    Moment events;
    events.time = moment.time;
    for (size_t event = 0; event < moment.events.size(); ++event) {
      convert_event(moment.events[event], resolution_.slots[index][event], events);
    }
    if (events.events.empty()) return;
    std::stable_sort(events.events.begin(), events.events.end(),
                     [](const ServiceEvent& a, const ServiceEvent& b) {
                       return a.service < b.service;
                     });
    portable_.schedule.moments.push_back(std::move(events));
  }

  void convert_event(const ServiceEvent& event, const std::vector<int>& slots,
                     Moment& moment) {
    if (const auto* heal = std::get_if<Heal>(&event.action)) {
      convert_heal(*heal, moment);
      return;
    }
    if (std::holds_alternative<Restart>(event.action)) {
      problem(event.place,
              "restart: FaultSee starts new instances and never the same slot again");
      return;
    }
    if (std::holds_alternative<Resume>(event.action)) {
      problem(event.place,
              "resume: nothing can be run in an instance that is frozen; give the pause "
              "a duration");
      return;
    }
    if (slots.empty()) return;  // nobody: FaultSee would do nothing too
    if (std::holds_alternative<Start>(event.action)) {
      Target count{Target::Kind::kAmount, {}, static_cast<int>(slots.size())};
      moment.events.push_back({event.service, Start{std::move(count)}, {}});
      return;
    }
    const Target target = Target::specific(slots);
    if (std::holds_alternative<Stop>(event.action)) {
      bury(event.service, slots);
      moment.events.push_back({event.service, Stop{target}, {}});
      return;
    }
    const auto& inject = std::get<Inject>(event.action);
    std::optional<Fault> fault = convert_fault(inject.fault, event.place);
    if (!fault) return;
    if (kills(*fault)) bury(event.service, slots);
    if (const Lasting* lasting = lasting_of(inject.fault)) {
      for (const int slot : slots) {
        if (!lasting->label.empty())
          labelled_[lasting->label].insert({event.service, slot});
      }
    }
    moment.events.push_back({event.service, Inject{target, std::move(*fault)}, {}});
  }

  void bury(const std::string& service, const std::vector<int>& slots) {
    for (const int slot : slots) dead_.insert({service, slot});
  }

  /// Where the faults with this label are and somebody is left to run the command.
  void convert_heal(const Heal& heal, Moment& moment) {
    std::map<std::string, std::vector<int>> slots;
    for (const auto& [service, slot] : labelled_[heal.label]) {
      if (!dead_.contains({service, slot})) slots[service].push_back(slot);
    }
    Field label("label");
    label.text = heal.label;
    for (auto& [service, ids] : slots) {
      moment.events.push_back(
          {service,
           Inject{Target::specific(std::move(ids)), agent_command("heal", {label})},
           {}});
    }
  }

  std::optional<Fault> convert_fault(const Fault& fault, Place place) {
    if (is_fdsl1(fault)) return fault;
    if (const auto* crash = std::get_if<Crash>(&fault)) {
      return convert_crash(*crash, place);
    }
    if (const auto* pause = std::get_if<Pause>(&fault);
        pause != nullptr && !pause->lasting.duration) {
      problem(
          place,
          "pause: nothing can be run in an instance that is frozen to resume it; give "
          "it a duration");
      return std::nullopt;
    }
    return agent_command(std::string(fault_key(fault)), fields_of(fault));
  }

  std::optional<Fault> convert_crash(const Crash& crash, Place place) {
    if (crash.at) {
      problem(place, "crash.at: FDSL 1 knows times only; leave \"at\" out");
      return std::nullopt;
    }
    if (crash.restart_after) {
      problem(
          place,
          "crash.restart_after: FaultSee starts new instances and never the same slot "
          "again");
      return std::nullopt;
    }
    if (crash.signal == "SIGKILL") return Kill{};
    return Signal{crash.signal, true};
  }

  const Schedule& schedule_;
  const std::string& file_;
  const Resolution resolution_;
  std::map<std::string, std::set<Slot>> labelled_;
  std::set<Slot> dead_;
  Portable portable_;
};

}  // namespace

Portable make_portable(const Schedule& schedule, const std::string& file) {
  return Converter(schedule, file).run();
}

}  // namespace cutset::injector::fdsl
