#include "injector/play/compile.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "injector/play/step_action.h"
#include "injector/play/step_trigger.h"

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;
using fdsl::PlannedAction;
using fdsl::PlannedMoment;

constexpr int64_t kNanosAMilli = 1'000'000;
constexpr int64_t kNanosASecond = 1'000'000'000;

v1::Trigger::Otherwise otherwise_of(fdsl::Otherwise otherwise) {
  switch (otherwise) {
    case fdsl::Otherwise::kInconclusive:
      return v1::Trigger::INCONCLUSIVE;
    case fdsl::Otherwise::kSkip:
      return v1::Trigger::SKIP;
    case fdsl::Otherwise::kFire:
      return v1::Trigger::FIRE;
  }
  return v1::Trigger::INCONCLUSIVE;
}

class Compiler {
 public:
  Compiler(const fdsl::Schedule& schedule, const fdsl::Plan& plan,
           const std::string& file)
      : schedule_(schedule), plan_(plan), file_(file) {}

  CompiledPlan run() {
    for (const std::string& host : plan_.hosts) compiled_.hosts.push_back({host, {}, {}});
    compiled_.instances = plan_.instances;
    compiled_.notes = plan_.notes;
    compiled_.end_ns = plan_.end_seconds * kNanosASecond;
    begin_instances();
    for (size_t i = 0; i < plan_.moments.size(); ++i)
      index_of_[plan_.moments[i].name] = i;
    begun_.resize(plan_.moments.size());
    // A moment that follows another is compiled after it, whatever their order is.
    std::vector<bool> done(plan_.moments.size());
    for (size_t i = 0; i < plan_.moments.size(); ++i) moment_in_order(i, done);
    std::stable_sort(
        compiled_.actions.begin(), compiled_.actions.end(),
        [](const auto& one, const auto& other) { return one.number < other.number; });
    std::stable_sort(compiled_.problems.begin(), compiled_.problems.end(),
                     [](const Error& one, const Error& other) {
                       return std::pair(one.line, one.column) <
                              std::pair(other.line, other.column);
                     });
    return std::move(compiled_);
  }

 private:
  /// How a moment begins on a host, if that is not by time.
  struct Beginning {
    std::map<std::string, v1::Trigger> own;  // by host: it sees the trigger itself
    bool relayed_everywhere = false;         // several hosts see it: the first one counts
    size_t relay = SIZE_MAX;                 // index in compiled_.relays
    const fdsl::When* when = nullptr;
  };

  v1::Step& add_step(const std::string& host, const std::string& id) {
    for (HostSteps& steps : compiled_.hosts) {
      if (steps.host != host) continue;
      v1::Step& step = steps.steps.emplace_back();
      step.set_id(id);
      return step;
    }
    CHECK(false);
    std::abort();
  }

  void problem(fdsl::Place place, const std::string& message) {
    compiled_.problems.push_back(
        Error::bad_input(message, file_, place.line, place.column));
  }

  void begin_instances() {
    for (const fdsl::Instance& instance : plan_.instances) {
      if (!instance.from_beginning) continue;
      const std::string id =
          fmt::format("beginning/{}/{}/start", instance.service, instance.slot);
      v1::Step& step = add_step(instance.host, id);
      *step.mutable_target() = instance_name(instance.service, instance.slot);
      step.mutable_start();
      v1::Trigger& when = *step.mutable_when();
      when.set_controller(true);
      when.set_timeout_ns(std::max<int64_t>(1, compiled_.end_ns));
      compiled_.beginning.push_back(
          {instance.service, instance.slot, {instance.host, id}});
    }
  }

  const fdsl::AfterMoment* follows(size_t index) const {
    const auto& when = schedule_.moments[index].when;
    if (!when || plan_.moments[index].time) return nullptr;
    return std::get_if<fdsl::AfterMoment>(&when->trigger);
  }

  void moment_in_order(size_t index, std::vector<bool>& done) {
    std::vector<size_t> chain;
    for (size_t next = index; !done[next];) {
      chain.push_back(next);
      const fdsl::AfterMoment* after = follows(next);
      if (after == nullptr) break;
      next = index_of_.at(after->name);
    }
    while (!chain.empty()) {
      if (!done[chain.back()]) compile_moment(chain.back());
      done[chain.back()] = true;
      chain.pop_back();
    }
  }

  void compile_moment(size_t index) {
    const PlannedMoment& planned = plan_.moments[index];
    Beginning beginning;
    if (!planned.time && !find_beginning(index, beginning)) return;
    for (const PlannedAction& action : planned.actions) {
      compile_action(index, action, beginning);
    }
  }

  /// False: there is a problem.
  bool find_beginning(size_t index, Beginning& beginning) {
    const fdsl::Moment& moment = schedule_.moments[index];
    beginning.when = &*moment.when;
    if (const auto* after = follows(index)) {
      for (const std::string& host : plan_.hosts) {
        if (!acts_on(index, host)) continue;
        v1::Trigger trigger;
        trigger.mutable_step()->set_step(stand_in(index_of_.at(after->name), host));
        trigger.mutable_step()->set_after_ns(after->after.count() * kNanosAMilli);
        if (trigger.step().step().empty()) return false;  // that one has a problem
        beginning.own[host] = std::move(trigger);
      }
      return true;
    }
    const auto seen = seen_triggers(moment.when->trigger, plan_.instances);
    if (!seen) {
      problem(moment.place, seen.error().message);
      return false;
    }
    std::set<std::string> hosts;
    for (const SeenTrigger& one : *seen) hosts.insert(one.host);
    const std::string& name = plan_.moments[index].name;
    beginning.relayed_everywhere = seen->size() > 1;
    if (!beginning.relayed_everywhere)
      beginning.own[seen->front().host] = seen->front().trigger;
    beginning.relay = compiled_.relays.size();
    compiled_.relays.push_back({name, {}, {}});
    int number = 0;
    for (const SeenTrigger& one : *seen) {
      // Where the trigger is seen and no action waits for it, a mark does.
      if (!beginning.relayed_everywhere && acts_on(index, one.host)) continue;
      const std::string id = beginning.relayed_everywhere
                                 ? fmt::format("{}/when#{}", name, ++number)
                                 : name + "/when";
      v1::Step& step = add_step(one.host, id);
      step.mutable_mark()->set_text(fmt::format("the trigger of {} was seen", name));
      *step.mutable_when() = one.trigger;
      limit(*beginning.when, *step.mutable_when());
      compiled_.relays[beginning.relay].sources.push_back({one.host, id});
      if (!beginning.relayed_everywhere) begun_[index][one.host] = id;
    }
    relay_of_[index] = beginning;
    return true;
  }

  bool acts_on(size_t index, const std::string& host) const {
    for (const PlannedAction& action : plan_.moments[index].actions) {
      if (is_of_run(index, action)) continue;
      const std::vector<std::string> hosts = hosts_of(index, action);
      if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return true;
    }
    return false;
  }

  /// A step that begins when the moment does, on this host; "" if it cannot be.
  std::string stand_in(size_t index, const std::string& host) {
    if (const auto found = begun_[index].find(host); found != begun_[index].end()) {
      return found->second;
    }
    const std::string id = plan_.moments[index].name + "/when";
    v1::Trigger trigger;
    const auto relayed = relay_of_.find(index);
    if (relayed != relay_of_.end()) {
      trigger.set_controller(true);
      compiled_.relays[relayed->second.relay].targets.push_back({host, id});
    } else if (const auto* after = follows(index)) {
      trigger.mutable_step()->set_step(stand_in(index_of_.at(after->name), host));
      trigger.mutable_step()->set_after_ns(after->after.count() * kNanosAMilli);
      if (trigger.step().step().empty()) return "";
    } else {
      return "";
    }
    v1::Step& step = add_step(host, id);
    step.mutable_mark()->set_text(fmt::format("{} has begun", plan_.moments[index].name));
    *step.mutable_when() = std::move(trigger);
    limit(*schedule_.moments[index].when, *step.mutable_when());
    begun_[index][host] = id;
    return id;
  }

  static void limit(const fdsl::When& when, v1::Trigger& trigger) {
    trigger.set_timeout_ns(when.timeout.count() * kNanosAMilli);
    trigger.set_otherwise(otherwise_of(when.otherwise));
  }

  const fdsl::Request* request_of(size_t index, const PlannedAction& action) const {
    if (action.what != "request") return nullptr;
    const fdsl::Action& its = schedule_.moments[index].events[action.event].action;
    const auto* inject = std::get_if<fdsl::Inject>(&its);
    return inject != nullptr ? std::get_if<fdsl::Request>(&inject->fault) : nullptr;
  }

  /// A call by its whole identity is a fault of the armed run, and no step.
  bool is_of_run(size_t index, const PlannedAction& action) const {
    const fdsl::Request* request = request_of(index, action);
    return request != nullptr && request->call.call.has_value();
  }

  /// Where steps of the action are: a mark is noted everywhere, a heal is where something
  /// has its label.
  std::vector<std::string> hosts_of(size_t index, const PlannedAction& action) const {
    if (action.what == "mark" && action.service.empty()) return plan_.hosts;
    if (action.what != "heal") return {action.host};
    const fdsl::Moment& moment = schedule_.moments[index];
    const auto& label = std::get<fdsl::Heal>(moment.events[action.event].action).label;
    std::vector<std::string> hosts;
    for (const std::string& host : plan_.hosts) {
      if (has_label(host, label)) hosts.push_back(host);
    }
    return hosts;
  }

  bool has_label(const std::string& host, const std::string& label) const {
    for (const PlannedMoment& moment : plan_.moments) {
      for (const PlannedAction& action : moment.actions) {
        if (action.host != host) continue;
        const fdsl::Action& its =
            schedule_.moments[action.moment].events[action.event].action;
        const auto* inject = std::get_if<fdsl::Inject>(&its);
        const fdsl::Lasting* lasting =
            inject != nullptr ? fdsl::lasting_of(inject->fault) : nullptr;
        if (lasting != nullptr && lasting->label == label) return true;
      }
    }
    return false;
  }

  void compile_action(size_t index, const PlannedAction& action,
                      const Beginning& beginning) {
    const fdsl::Moment& moment = schedule_.moments[index];
    CompiledAction compiled;
    compiled.number = action.number;
    compiled.id = action.id;
    compiled.moment = plan_.moments[index].name;
    compiled.what = action.what;
    compiled.service = action.service;
    compiled.slot = action.host.empty() ? -1 : action.slot;
    compiled.how = action.how;
    const bool mark = action.what == "mark" && action.service.empty();
    compiled.place = mark ? moment.place : moment.events[action.event].place;
    compiled.may_be_skipped =
        moment.when && moment.when->otherwise == fdsl::Otherwise::kSkip;
    if (const auto& time = plan_.moments[index].time) {
      compiled.due_ns = time->count() * kNanosAMilli;
    }
    if (is_of_run(index, action)) {
      add_request(index, action, compiled);
    } else {
      for (const std::string& host : hosts_of(index, action)) {
        add_action(index, action, beginning, host, compiled);
      }
    }
    compiled_.actions.push_back(std::move(compiled));
  }

  void add_action(size_t index, const PlannedAction& action, const Beginning& beginning,
                  const std::string& host, CompiledAction& compiled) {
    const fdsl::Moment& moment = schedule_.moments[index];
    v1::Step step;
    if (compiled.slot >= 0) {
      *step.mutable_target() = instance_name(action.service, action.slot);
    }
    const fdsl::Crash* crash = nullptr;
    if (action.what == "mark" && action.service.empty()) {
      step.mutable_mark()->set_text(moment.mark);
    } else {
      const fdsl::Action& its = moment.events[action.event].action;
      if (const auto* heal = std::get_if<fdsl::Heal>(&its)) {
        step.mutable_heal()->set_label(heal->label);
      }
      if (const Status set = set_action(its, plan_.instances, step); !set) {
        problem(compiled.place, fmt::format("{}: {}", action.what, set.error().message));
        return;
      }
      if (!can_count(index, action, compiled)) return;
      const auto* inject = std::get_if<fdsl::Inject>(&its);
      if (inject != nullptr) crash = std::get_if<fdsl::Crash>(&inject->fault);
    }
    set_due(index, action, beginning, host, step, compiled);
    if (crash != nullptr && crash->at && !set_crash_point(index, action, *crash, step)) {
      return;
    }
    v1::Step& added = add_step(host, action.id);
    step.set_id(action.id);
    added = std::move(step);
    compiled.steps.push_back({host, action.id});
    if (!begun_[index].contains(host) && !(crash != nullptr && crash->at)) {
      begun_[index][host] = action.id;
    }
    if (crash != nullptr && crash->restart_after) {
      add_restart(action, *crash, host, compiled);
    }
  }

  /// Each proxy counts the calls of its own instance, as for a trigger.
  bool can_count(size_t index, const PlannedAction& action, CompiledAction& compiled) {
    const fdsl::Request* request = request_of(index, action);
    if (request == nullptr) return true;
    compiled.waits = true;
    const auto& actions = plan_.moments[index].actions;
    const auto of_event = [&](const PlannedAction& other) {
      return other.event == action.event && other.what == action.what;
    };
    const auto targets = std::count_if(actions.begin(), actions.end(), of_event);
    if (targets == 1 || request->call.nth == 1) return true;
    if (std::find_if(actions.begin(), actions.end(), of_event)->id == action.id) {
      problem(compiled.place,
              fmt::format("request: nth: {} over {} instances of {}: nobody counts over "
                          "several proxies; name one slot in `specific`",
                          request->call.nth, targets, action.service));
    }
    return false;
  }

  void set_due(size_t index, const PlannedAction& action, const Beginning& beginning,
               const std::string& host, v1::Step& step, CompiledAction& compiled) {
    if (compiled.due_ns) {
      step.set_at_ns(*compiled.due_ns);
      return;
    }
    const auto own = beginning.own.find(host);
    v1::Trigger& when = *step.mutable_when();
    if (own != beginning.own.end()) {
      when = own->second;
      if (beginning.relay != SIZE_MAX) {
        compiled_.relays[beginning.relay].sources.push_back({host, action.id});
      }
    } else {
      when.set_controller(true);
      compiled_.relays[beginning.relay].targets.push_back({host, action.id});
      compiled.relayed = true;
    }
    limit(*schedule_.moments[index].when, when);
  }

  bool set_crash_point(size_t index, const PlannedAction& action,
                       const fdsl::Crash& crash, v1::Step& step) {
    const fdsl::Moment& moment = schedule_.moments[index];
    const fdsl::Place place = moment.events[action.event].place;
    if (!plan_.moments[index].time) {
      problem(place,
              "a crash at a point begins to look for it at a time that is known before "
              "the run; give its moment a `time`, or kill in a moment with `when`");
      return false;
    }
    const fdsl::Instance target{action.service, action.slot, action.host, true};
    auto trigger = crash_trigger(*crash.at, target, plan_.instances);
    if (!trigger) {
      problem(place, "crash.at: " + trigger.error().message);
      return false;
    }
    trigger->set_from_ns(plan_.moments[index].time->count() * kNanosAMilli);
    trigger->set_timeout_ns(compiled_.end_ns);
    *step.mutable_when() = std::move(*trigger);
    return true;
  }

  void add_restart(const PlannedAction& action, const fdsl::Crash& crash,
                   const std::string& host, CompiledAction& compiled) {
    const std::string id = action.id + "/restart";
    v1::Step& step = add_step(host, id);
    *step.mutable_target() = instance_name(action.service, action.slot);
    step.mutable_restart();
    v1::Trigger& when = *step.mutable_when();
    when.mutable_step()->set_step(action.id);
    when.mutable_step()->set_after_ns(crash.restart_after->count() * kNanosAMilli);
    when.set_timeout_ns(compiled_.end_ns);
    when.set_otherwise(v1::Trigger::SKIP);
    compiled.followed.push_back({host, id});
  }

  void add_request(size_t index, const PlannedAction& action, CompiledAction& compiled) {
    const fdsl::Moment& moment = schedule_.moments[index];
    const fdsl::Place place = moment.events[action.event].place;
    const fdsl::Request& request = *request_of(index, action);
    const auto refuse = [&](const std::string& why) {
      problem(place, "request: " + why);
    };
    if (compiled.due_ns != 0) {
      return refuse(
          "calls by their whole identity are armed at the barrier, and the identity says "
          "which one is meant; put it into a moment at time 0, or write `operation` and "
          "`nth` instead of `call`");
    }
    if (const Status known = check_effect(request.effect); !known)
      return refuse(known.error().message);
    for (HostSteps& host : compiled_.hosts) {
      if (host.host != action.host) continue;
      v1::FaultPlan& fault = host.requests.emplace_back();
      fault.set_id(static_cast<uint32_t>(host.requests.size()));
      fault.set_call(request.call.call->text());
      set_mode(request.effect.mode, fault);
      compiled.request = fault.id();
      compiled.request_host = host.host;
    }
  }

  const fdsl::Schedule& schedule_;
  const fdsl::Plan& plan_;
  const std::string& file_;
  std::map<std::string, size_t> index_of_;                 // of moments
  std::vector<std::map<std::string, std::string>> begun_;  // [moment][host]: a step
  std::map<size_t, Beginning> relay_of_;                   // by moment
  CompiledPlan compiled_;
};

}  // namespace

CompiledPlan compile(const fdsl::Schedule& schedule, const fdsl::Plan& plan,
                     const std::string& file) {
  return Compiler(schedule, plan, file).run();
}

}  // namespace cutset::injector::play
