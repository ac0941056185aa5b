#include "injector/fdsl/plan.h"

#include <set>

#include <fmt/format.h>

#include "injector/fdsl/fields.h"
#include "injector/fdsl/resolve.h"
#include "injector/fdsl/undo.h"

namespace cutset::injector::fdsl {

namespace {

class Planner {
 public:
  Planner(const Schedule& schedule, const Placement& placement)
      : schedule_(schedule), placement_(placement), resolution_(resolve(schedule)) {}

  Result<Plan> run() {
    plan_.seed = schedule_.seed;
    plan_.version = schedule_.version;
    plan_.hosts = placement_.hosts;
    plan_.end_seconds = schedule_.end_seconds;
    CUTSET_TRY(place_instances());
    plan_.numbers = 1;  // the beginning
    give_names();
    know_times();
    undoing_.emplace(schedule_, times_);
    for (size_t i = 0; i < schedule_.moments.size(); ++i) plan_moment(i);
    ++plan_.numbers;  // the end
    plan_.notes.assign(notes_.begin(), notes_.end());
    return std::move(plan_);
  }

 private:
  Status place_instances() {
    size_t turn = 0;
    auto host_of = placement_.host_of;
    auto host_of_service = placement_.host_of_service;
    for (size_t i = 0; i < schedule_.services.size(); ++i) {
      const auto& [service, at_first] = schedule_.services[i];
      const auto of_service = placement_.host_of_service.find(service);
      for (int slot = 0; slot < resolution_.instances[i]; ++slot) {
        Instance instance{service, slot, "", slot < at_first};
        const auto own = placement_.host_of.find({service, slot});
        if (own != placement_.host_of.end()) {
          instance.host = own->second;
          host_of.erase(own->first);
        } else if (of_service != placement_.host_of_service.end()) {
          instance.host = of_service->second;
        } else {
          instance.host = placement_.hosts[turn++ % placement_.hosts.size()];
        }
        hosts_[{service, slot}] = instance.host;
        plan_.instances.push_back(std::move(instance));
      }
      host_of_service.erase(service);
    }
    if (!host_of.empty()) {
      const auto& [service, slot] = host_of.begin()->first;
      return Error::usage(
          fmt::format("--place {}/{}: the schedule has no such instance", service, slot));
    }
    if (!host_of_service.empty()) {
      return Error::usage(fmt::format("--place {}: the schedule has no such service",
                                      host_of_service.begin()->first));
    }
    return {};
  }

  void give_names() {
    std::set<std::string> given;
    for (const Moment& moment : schedule_.moments) given.insert(moment.name);
    for (size_t i = 0; i < schedule_.moments.size(); ++i) {
      std::string name = schedule_.moments[i].name;
      if (name.empty()) name = fmt::format("m{}", i + 1);
      if (schedule_.moments[i].name.empty() && given.contains(name)) {
        name = fmt::format("moment {}", i + 1);
        while (given.contains(name)) name += "'";
      }
      names_.push_back(std::move(name));
    }
  }

  /// Of moments that wait for moments with a time: known too.
  void know_times() {
    times_.resize(schedule_.moments.size());
    std::map<std::string, size_t> index_of;
    for (size_t i = 0; i < schedule_.moments.size(); ++i) {
      times_[i] = schedule_.moments[i].time;
      const std::string& name = schedule_.moments[i].name;
      if (!name.empty()) index_of[name] = i;
    }
    std::vector<bool> unknown(schedule_.moments.size());
    for (size_t i = 0; i < schedule_.moments.size(); ++i) {
      // Walk back along those that wait until one is known, then forward again.
      std::vector<std::pair<size_t, Milliseconds>> chain;
      size_t next = i;
      while (!times_[next] && !unknown[next]) {
        const When& when = *schedule_.moments[next].when;
        const auto* after = std::get_if<AfterMoment>(&when.trigger);
        unknown[next] = true;
        if (after == nullptr) break;
        chain.emplace_back(next, after->after);
        next = index_of.at(after->name);
      }
      if (!times_[next]) continue;
      Milliseconds time = *times_[next];
      for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        time += link->second;
        times_[link->first] = time;
      }
    }
  }

  void plan_moment(size_t index) {
    const Moment& moment = schedule_.moments[index];
    PlannedMoment planned;
    planned.name = names_[index];
    planned.time = times_[index];
    if (moment.when) {
      const Field trigger = field_of(moment.when->trigger);
      planned.trigger = fmt::format(
          "{}: {}, until {} s, otherwise {}", trigger.key, flow_text(trigger),
          seconds_text(moment.when->timeout), otherwise_name(moment.when->otherwise));
      note_trigger(moment.when->trigger);
    }
    if (!moment.mark.empty()) {
      PlannedAction mark;
      mark.what = "mark";
      mark.how = yaml_quoted(moment.mark);
      mark.undo = "nothing to undo";
      mark.id = planned.name + "/mark";
      add(planned, index, 0, std::move(mark));
    }
    for (size_t event = 0; event < moment.events.size(); ++event) {
      plan_event(planned, index, event);
    }
    plan_.moments.push_back(std::move(planned));
  }

  void add(PlannedMoment& planned, size_t moment, size_t event, PlannedAction action) {
    action.number = plan_.numbers++;
    const int same = ++ids_[action.id];
    if (same > 1) action.id += fmt::format("#{}", same);
    action.moment = moment;
    action.event = event;
    planned.actions.push_back(std::move(action));
  }

  void plan_event(PlannedMoment& planned, size_t moment, size_t index) {
    const ServiceEvent& event = schedule_.moments[moment].events[index];
    if (const auto* heal = std::get_if<Heal>(&event.action)) {
      PlannedAction action;
      action.service = event.service;
      action.what = "heal";
      action.how = fmt::format("{{label: {}}}", yaml_quoted(heal->label));
      action.undo = "nothing to undo";
      action.id = fmt::format("{}/{}/heal", planned.name, event.service);
      add(planned, moment, index, std::move(action));
      return;
    }
    const bool starts = std::holds_alternative<Start>(event.action);
    const std::vector<int>& slots = resolution_.slots[moment][index];
    if (starts && slots.empty()) ++plan_.numbers;  // the event itself is counted
    for (const int slot : slots) {
      if (starts && slot != slots.front()) --plan_.numbers;
      PlannedAction action;
      action.service = event.service;
      action.slot = slot;
      const auto host = hosts_.find({event.service, slot});
      action.host = host != hosts_.end() ? host->second : "";
      describe(event.action, times_[moment], action);
      action.id =
          fmt::format("{}/{}/{}/{}", planned.name, event.service, slot, action.what);
      add(planned, moment, index, std::move(action));
    }
  }

  void describe(const Action& action, std::optional<Milliseconds> now,
                PlannedAction& planned) {
    planned.what = std::string(action_key(action));
    if (const auto* inject = std::get_if<Inject>(&action)) {
      planned.what = std::string(fault_key(inject->fault));
      const std::vector<Field> fields = fields_of(inject->fault);
      if (!fields.empty()) planned.how = flow_text(fields);
      note_needs(inject->fault, planned);
    } else if (std::holds_alternative<Stop>(action)) {
      planned.how = "SIGTERM, after 10 s SIGKILL";
    }
    Undo undo = undoing_->of(action, planned.service, planned.slot, now);
    planned.undo = std::move(undo.how);
    planned.undone_at = undo.at;
  }

  void note_trigger(const Trigger& trigger) {
    if (const auto* message = std::get_if<MessageTrigger>(&trigger)) {
      note_proxy(message->from.service, message->to.service);
    }
    if (const auto* call = std::get_if<CallTrigger>(&trigger)) note_callee(call->service);
    if (const auto* span = std::get_if<SpanTrigger>(&trigger)) {
      notes_.insert(
          fmt::format("{} must report its spans while it runs", span->on.service));
    }
    if (const auto* log = std::get_if<LogTrigger>(&trigger)) {
      notes_.insert(
          fmt::format("the log of {} is read as it is written: what waits for it "
                      "comes a little later than the line",
                      log->on.service));
    }
  }

  void note_proxy(const std::string& from, const std::string& to) {
    notes_.insert(
        fmt::format("the link from {} to {} must pass the agent's proxy", from, to));
  }
  void note_callee(const std::string& callee) {
    notes_.insert(fmt::format("calls to {} must pass the agent's proxy", callee));
  }

  void note_needs(const Fault& fault, const PlannedAction& planned) {
    if (const auto* omission = std::get_if<Omission>(&fault)) {
      for (const Endpoint& to : omission->to) note_proxy(planned.service, to.service);
    }
    if (const auto* delay = std::get_if<Delay>(&fault); delay && delay->messages) {
      for (const Endpoint& to : delay->to) note_proxy(planned.service, to.service);
    }
    if (std::holds_alternative<Request>(fault)) note_callee(planned.service);
    if (std::holds_alternative<DiskWipe>(fault)) {
      notes_.insert(fmt::format("{} loses data for good", planned.service));
    }
    const auto* crash = std::get_if<Crash>(&fault);
    if (crash == nullptr || !crash->at) return;
    if (const auto* message = std::get_if<MessageTrigger>(&*crash->at)) {
      note_proxy(message->from.service, message->to.service);
    }
    if (std::holds_alternative<CallTrigger>(*crash->at)) note_callee(planned.service);
  }

  using Slot = std::pair<std::string, int>;

  const Schedule& schedule_;
  const Placement& placement_;
  const Resolution resolution_;
  std::map<Slot, std::string> hosts_;
  std::vector<std::string> names_;                  // of moments
  std::vector<std::optional<Milliseconds>> times_;  // of moments, where known
  std::map<std::string, int> ids_;
  std::optional<Undoing> undoing_;
  std::set<std::string> notes_;
  Plan plan_;
};

}  // namespace

Result<Plan> make_plan(const Schedule& schedule, const Placement& placement) {
  return Planner(schedule, placement).run();
}

}  // namespace cutset::injector::fdsl
